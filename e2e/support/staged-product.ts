// A product of the vendor, of which versions are approved and updates started, and which is used at the machine.
import type { InstallerRecipe, MadeInstaller } from '@usher/testkit';
import type { InstallerView } from './administrator.ts';
import type { Stage } from './stage.ts';

interface Said {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine with the client on it, whatever its system. */
interface Desk<Options> {
  client(args: readonly string[], options?: Options): Promise<Said>;
}

/** What a product is, and how it is used. */
interface ProductOptions {
  readonly recipe: (version: string) => InstallerRecipe;
  /** The application's program, once something of that UpgradeCode is installed. */
  readonly program: (upgradeCode: string) => string;
  /** Options of the client at every command. */
  readonly options?: readonly string[];
}

/** Where it is made, decided on and used. */
type Place<Options> = Pick<Stage<Desk<Options>>, 'vendor' | 'admin' | 'machine'>;

/** One product. */
export class StagedProduct<Options extends object> {
  readonly #stage: () => Place<Options>;
  readonly #options: ProductOptions;
  /** As the server knows it; set by the first `approve`. */
  id = '';
  upgradeCode = '';

  /** @param stage asked when it is needed first: it need not be set yet */
  constructor(stage: () => Place<Options>, options: ProductOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  /** Makes a version, uploads it and approves it. */
  async approve(
    version: string,
    more: Partial<InstallerRecipe> = {},
    fields: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly made: MadeInstaller; readonly shown: InstallerView }> {
    const { vendor, admin } = this.#stage();
    const recipe = { ...this.#options.recipe(version), ...more };
    const made = await vendor.make(`${recipe.productName ?? 'agent'}-${version}.msi`, recipe);
    const shown = await admin.uploadApproved(made.path, fields);
    this.id = shown.product.id;
    this.upgradeCode = made.upgradeCode;
    return { made, shown };
  }

  /** Starts an update for every workstation; its id. */
  async update(version: string, requirement: 'mandatory' | 'optional'): Promise<string> {
    return (await this.#stage().admin.startUpdate({ product: this.id, version, requirement })).id;
  }

  /** Approves a version and offers it: nobody has to take it. */
  async offer(
    version: string,
    more: Partial<InstallerRecipe> = {},
    fields: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly made: MadeInstaller; readonly update: string }> {
    const { made } = await this.approve(version, more, fields);
    return { made, update: await this.update(version, 'optional') };
  }

  /** Approves a version and has it installed. */
  async install(version: string): Promise<this> {
    await this.approve(version);
    await this.goTo(version);
    return this;
  }

  /** Goes to an approved version as one should, so that what follows begins on a machine that is known. */
  async goTo(version: string): Promise<void> {
    const id = await this.update(version, 'mandatory');
    const { exitCode, stderr } = await this.client(['update', '--yes']);
    const { state } = await this.#stage().admin.assignment(id);
    if (exitCode !== 0 || state !== 'installed') {
      throw new Error(`The update to ${version} is ${state} after ${String(exitCode)}: ${stderr}`);
    }
  }

  /** The arguments of the client for a command on this product. */
  args(command: readonly string[]): readonly string[] {
    return [...(this.#options.options ?? []), '--product', this.upgradeCode, ...command];
  }

  /** The arguments of a start, with an answer to what is asked and what the application is called with. */
  startArgs(answer: 'now' | 'later', ...more: readonly string[]): readonly string[] {
    return this.args(['start', '--answer', answer, '--', this.#options.program(this.upgradeCode), ...more]);
  }

  client(command: readonly string[], options?: Options): Promise<Said> {
    return this.#stage().machine.client(this.args(command), options);
  }

  start(answer: 'now' | 'later', more: readonly string[] = [], options?: Options): Promise<Said> {
    return this.#stage().machine.client(this.startArgs(answer, ...more), options);
  }
}
