// How routes become the contract's document: the things of the product as named schemas, one id per call, every path a valid one.
import type { SwaggerTransform, SwaggerTransformObject } from '@fastify/swagger';
import {
  accountSchema,
  actorSchema,
  assignmentSchema,
  countsSchema,
  eventSchema,
  groupSchema,
  impactSchema,
  installationKeySchema,
  installerDetailSchema,
  installerSchema,
  operatingSystemSchema,
  overviewSchema,
  passSchema,
  previewSchema,
  problemSchema,
  productSchema,
  prohibitionSchema,
  signatureSchema,
  tokenSchema,
  trustSchema,
  updateSchema,
  verdictSchema,
  workstationDetailSchema,
  workstationSchema,
} from '@usher/protocol';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import * as z from 'zod';

/** What a program that is generated from the document gets as types of these names. */
const named: Readonly<Record<string, z.ZodType>> = {
  Account: accountSchema,
  Actor: actorSchema,
  ApiToken: tokenSchema,
  Assignment: assignmentSchema,
  AssignmentCounts: countsSchema,
  Event: eventSchema,
  Group: groupSchema,
  Impact: impactSchema,
  InstallationKey: installationKeySchema,
  Installer: installerSchema,
  InstallerDetail: installerDetailSchema,
  OperatingSystem: operatingSystemSchema,
  Overview: overviewSchema,
  Pass: passSchema,
  Preview: previewSchema,
  Problem: problemSchema,
  Product: productSchema,
  Prohibition: prohibitionSchema,
  Signature: signatureSchema,
  Trust: trustSchema,
  Update: updateSchema,
  Verdict: verdictSchema,
  Workstation: workstationSchema,
  WorkstationDetail: workstationDetailSchema,
};
for (const [id, schema] of Object.entries(named)) z.globalRegistry.add(schema, { ...schema.meta(), id });

/** The name of what a wildcard stands for: in the document `*` is none. */
const rest = 'path';

/** One route as the document has it. */
export const describeRoute: SwaggerTransform = (route) => {
  const { schema, url } = jsonSchemaTransform(route);
  if (!url.endsWith('/*')) return { schema, url };
  const params = { type: 'object', properties: { [rest]: { type: 'string' } }, required: [rest] };
  return { schema: { ...schema, params }, url: url.replace(/\*$/, `:${rest}`) };
};

/** The whole document: of the named schemas those that it refers to. */
export const describeDocument: SwaggerTransformObject = (given) => {
  const document = jsonSchemaTransformObject(given) as { components?: { schemas?: Record<string, unknown> } };
  const { schemas = {}, ...components } = document.components ?? {};
  const used = new Map<string, unknown>();
  const follow = (text: string): void => {
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name)) continue;
      used.set(name, schemas[name]);
      follow(JSON.stringify(schemas[name]));
    }
  };
  follow(JSON.stringify({ ...document, components }));
  const sorted = Object.fromEntries([...used].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...document, components: { ...components, schemas: sorted } } as ReturnType<SwaggerTransformObject>;
};

/** An id for a call, by its method and path: `GET /api/v1/installers/:id/impact` is `getInstallersByIdImpact`. */
export function operationId(method: string, url: string): string {
  const parts = url
    .replace(/^\/api\/v1/, '')
    .split(/[^A-Za-z0-9:*]+/)
    .filter((part) => part !== '')
    .map((part) =>
      part === '*' ? `By${capital(rest)}` : part.startsWith(':') ? `By${capital(part.slice(1))}` : capital(part),
    );
  return method.toLowerCase() + parts.join('');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
