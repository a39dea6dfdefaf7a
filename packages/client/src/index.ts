// The client as a library: what an application calls to ask the question at its own start.
export { ClientError, type ClientErrorCode } from './client-error.ts';
export { checkAtStart, createClient, type Client, type ClientOptions, type StartAnswer } from './library.ts';
