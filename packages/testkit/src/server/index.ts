// The server inside a test: its database, its time, the whole of it.
export { ApiClient, sessionCookie, type ApiAnswer } from './api-client.ts';
export { ManualClock } from './manual-clock.ts';
export { databasePlace, emptyPlace, testDatabase, type DatabasePlace, type TestDatabase } from './test-database.ts';
export {
  ownerEmail,
  startAgain,
  testPassword,
  testServer,
  type TestServer,
  type TestServerOptions,
} from './test-server.ts';
export {
  approvedInstaller,
  encodeForm,
  sendInstaller,
  uploadInstaller,
  type EncodedForm,
  type FormPart,
  type UploadFields,
} from './upload.ts';
