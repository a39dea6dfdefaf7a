// Fixtures and their makers, a simulated fleet, and whole systems in one process: for tests, benches and the demo.
export { UnexpectedAnswerError, WireClient } from './fleet/wire-client.ts';
export * from './installers/index.ts';
export { MarkedBrowser } from './marked-browser.ts';
export { startPostgres, type PostgresServer } from './postgres-server.ts';
export * from './server/index.ts';
export * from './wine/index.ts';
