// An application that keeps itself up to date through Usher: it asks at its own start, and goes on, ends, or hands itself
// over to be installed anew and started again with the same arguments.
import { ClientError, createClient, type Passage } from '@usher/client';
import { appendFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What differs from machine to machine; a real application has most of it fixed. */
interface AgentSettings {
  readonly log: string;
  readonly client: Parameters<typeof createClient>[0];
  readonly pass: Parameters<ReturnType<typeof createClient>['passStart']>[0];
  /** Shows an alert of its own, in place of Usher's. */
  readonly ownAlert: boolean;
}

const [, script = '.', ...args] = process.argv;
const version = readFileSync(join(dirname(script), 'version.txt'), 'utf8').trim();
const settings = JSON.parse(readFileSync(process.env.AGENT_SETTINGS ?? '', 'utf8')) as AgentSettings;

/** What this application is there for. */
function work(): void {
  appendFileSync(settings.log, `${JSON.stringify({ version, args, folder: process.cwd() })}\n`);
}

/** An alert as an application might have it: this one only writes down what it was told, and updates. */
async function ownAlert(alert: { readonly title: string }): Promise<'update'> {
  appendFileSync(settings.log, `${JSON.stringify({ version, alert: alert.title })}\n`);
  return await Promise.resolve('update');
}

async function pass(): Promise<Passage | ClientError> {
  try {
    return await createClient(settings.client).passStart({
      ...settings.pass,
      ...(settings.ownAlert ? { ask: ownAlert } : {}),
    });
  } catch (error) {
    if (error instanceof ClientError) return error;
    throw error;
  }
}

void pass().then((passage) => {
  if (passage instanceof ClientError) {
    // There is no answer, and no rules to go by: an application that is under management does not start then.
    process.stderr.write(`${passage.message}\n`);
    process.exit(passage.exitStatus);
  }
  if (!passage.goesOn) process.exit(passage.exitStatus);
  work();
});
