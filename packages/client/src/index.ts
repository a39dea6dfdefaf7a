// The client as a library: what an application calls to ask the question at its own start.
export { ClientError, type ClientErrorCode } from './client-error.ts';
export type { Alert, AlertChoice } from './launcher/alert.ts';
export type { Restart } from './launcher/hand-over.ts';
export {
  checkAtStart,
  createClient,
  type Client,
  type ClientOptions,
  type Passage,
  type PassOptions,
  type StartAnswer,
  type StartChoice,
} from './library.ts';
