// Targets metadata that can hold thousands of targets: the library copies the whole map once per target.
import { Metadata, MetadataKind, TargetFile, Targets } from '@tufjs/models';

type JsonObject = Parameters<typeof Metadata.fromJSON>[1];
type TargetsOptions = ConstructorParameters<typeof Targets>[0];

/** The same as the library's class, in time proportional to the number of targets. */
export class LinearTargets extends Targets {
  override toJSON(): JsonObject {
    const json = new Targets({ ...this.#options(), targets: {} }).toJSON();
    const targets = Object.entries(this.targets).map(([path, target]) => [path, target.toJSON()] as const);
    return { ...json, targets: Object.fromEntries(targets) };
  }

  #options(): TargetsOptions {
    const { specVersion, version, expires, unrecognizedFields, delegations } = this;
    return { specVersion, version, expires, unrecognizedFields, ...(delegations ? { delegations } : {}) };
  }
}

/** Reads targets metadata as the library does: throws for what is none. */
export function targetsFromJson(json: JsonObject): Metadata<Targets> {
  const signed = json.signed as JsonObject;
  const { targets = {} } = signed;
  if (typeof targets !== 'object' || targets === null || Array.isArray(targets)) {
    throw new TypeError('targets must be an object');
  }
  const metadata = Metadata.fromJSON(MetadataKind.Targets, { ...json, signed: { ...signed, targets: {} } });
  const { specVersion, version, expires, unrecognizedFields, delegations } = metadata.signed;
  metadata.signed = new LinearTargets({
    specVersion,
    version,
    expires,
    unrecognizedFields,
    ...(delegations ? { delegations } : {}),
    targets: Object.fromEntries(
      Object.entries(targets).map(([path, target]) => [path, TargetFile.fromJSON(path, target as JsonObject)]),
    ),
  });
  return metadata;
}
