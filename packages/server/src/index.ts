// The server as tests and the demo see it: everything that a whole system in one process is made of.
export { systemClock, type Clock } from './clock.ts';
export { compose, type Foundation, type Surroundings, type System } from './compose.ts';
export { ConfigError, readConfig, type Config, type DatabaseConfig } from './config.ts';
export { openDatabase, type Database, type Reader, type Transaction } from './database/database.ts';
export { migrate } from './database/migrate.ts';
export { systemRandom, type Random } from './ids.ts';
export { makeLog, type Log } from './log.ts';
