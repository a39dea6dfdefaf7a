// The server inside a test: its database, its time, the whole of it.
export { ManualClock } from './manual-clock.ts';
export { databasePlace, testDatabase, type DatabasePlace, type TestDatabase } from './test-database.ts';
