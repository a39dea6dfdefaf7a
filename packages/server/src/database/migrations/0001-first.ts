// The first tables: accounts, installers, workstations, updates, events, trust.
import { sql, type Kysely } from 'kysely';
import { createOrderedIndex, indexWorkstationLists } from './ordered-index.ts';

const text = 'text' as const;
const integer = 'integer' as const;
const big = 'bigint' as const;

/** Makes every table of the first release. Column names are camelCase, quoted by kysely on both dialects. */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  const isPostgres = database.getExecutor().adapter.supportsTransactionalDdl;

  await schema
    .createTable('accounts')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('email', text, (c) => c.notNull().unique())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('role', text, (c) => c.notNull())
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('passwordHash', text, (c) => c.notNull())
    .addColumn('language', text)
    .addColumn('theme', text, (c) => c.notNull())
    .addColumn('createdAt', text, (c) => c.notNull())
    .addColumn('lastSignInAt', text)
    .execute();

  await schema
    .createTable('sessions')
    .addColumn('hash', text, (c) => c.notNull().primaryKey())
    .addColumn('accountId', text, (c) => c.notNull().references('accounts.id').onDelete('cascade'))
    .addColumn('createdAt', text, (c) => c.notNull())
    .addColumn('lastUsedAt', text, (c) => c.notNull())
    .addColumn('expiresAt', text, (c) => c.notNull())
    .addColumn('address', text)
    .execute();

  await schema
    .createTable('tokens')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('hash', text, (c) => c.notNull().unique())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('role', text, (c) => c.notNull())
    .addColumn('createdBy', text, (c) => c.notNull())
    .addColumn('createdAt', text, (c) => c.notNull())
    .addColumn('expiresAt', text)
    .addColumn('lastUsedAt', text)
    .addColumn('revokedAt', text)
    .execute();

  await schema
    .createTable('setupLinks')
    .addColumn('hash', text, (c) => c.notNull().primaryKey())
    .addColumn('createdAt', text, (c) => c.notNull())
    .addColumn('expiresAt', text, (c) => c.notNull())
    .execute();

  await schema
    .createTable('settings')
    .addColumn('name', text, (c) => c.notNull().primaryKey())
    .addColumn('value', text, (c) => c.notNull())
    .execute();

  await schema
    .createTable('products')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('upgradeCode', text, (c) => c.notNull().unique())
    .addColumn('enforcement', text, (c) => c.notNull())
    .addColumn('enforcementUntil', text)
    .addColumn('unknownVersions', text, (c) => c.notNull())
    .addColumn('graceHours', integer, (c) => c.notNull())
    .addColumn('offlineThen', text, (c) => c.notNull())
    .addColumn('signature', text, (c) => c.notNull())
    .addColumn('separationOfDuties', integer, (c) => c.notNull())
    .addColumn('createdAt', text, (c) => c.notNull())
    .execute();

  await schema
    .createTable('publishers')
    .addColumn('productId', text, (c) => c.notNull().references('products.id'))
    .addColumn('subject', text, (c) => c.notNull())
    .addColumn('issuer', text, (c) => c.notNull())
    .addColumn('authorityKey', text, (c) => c.notNull())
    .addColumn('source', text, (c) => c.notNull())
    .addColumn('addedBy', text, (c) => c.notNull())
    .addColumn('addedAt', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('publishersKey', ['productId', 'subject', 'issuer', 'authorityKey'])
    .execute();

  await schema
    .createTable('installers')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('productId', text, (c) => c.notNull().references('products.id'))
    .addColumn('version', text, (c) => c.notNull())
    .addColumn('versionKey', text, (c) => c.notNull())
    .addColumn('productName', text, (c) => c.notNull())
    .addColumn('manufacturer', text, (c) => c.notNull())
    .addColumn('productCode', text, (c) => c.notNull())
    .addColumn('upgradeCode', text, (c) => c.notNull())
    .addColumn('packageCode', text, (c) => c.notNull())
    .addColumn('architecture', text, (c) => c.notNull())
    .addColumn('language', text, (c) => c.notNull())
    .addColumn('size', big, (c) => c.notNull())
    .addColumn('sha256', text, (c) => c.notNull())
    .addColumn('fileName', text, (c) => c.notNull())
    .addColumn('signature', text, (c) => c.notNull())
    .addColumn('facts', text, (c) => c.notNull())
    .addColumn('warnings', text, (c) => c.notNull())
    .addColumn('properties', text, (c) => c.notNull())
    .addColumn('releaseNotes', text)
    .addColumn('decision', text, (c) => c.notNull())
    .addColumn('decidedBy', text)
    .addColumn('decidedAt', text)
    .addColumn('reason', text)
    .addColumn('note', text)
    .addColumn('targetPath', text, (c) => c.notNull().unique())
    .addColumn('published', integer, (c) => c.notNull())
    .addColumn('uploadedBy', text, (c) => c.notNull())
    .addColumn('uploadedAt', text, (c) => c.notNull())
    .addUniqueConstraint('installersUnique', ['productId', 'versionKey', 'architecture', 'language'])
    .execute();
  await schema.createIndex('installersSha256').on('installers').column('sha256').unique().execute();

  await schema
    .createTable('installerDecisions')
    .addColumn('id', integer, (c) => {
      const key = c.primaryKey();
      return isPostgres ? key.generatedAlwaysAsIdentity() : key.autoIncrement();
    })
    .addColumn('installerId', text, (c) => c.notNull().references('installers.id'))
    .addColumn('decision', text, (c) => c.notNull())
    .addColumn('by', text, (c) => c.notNull())
    .addColumn('at', text, (c) => c.notNull())
    .addColumn('reason', text)
    .addColumn('note', text)
    .execute();
  await schema.createIndex('installerDecisionsInstaller').on('installerDecisions').column('installerId').execute();

  await schema
    .createTable('prohibitions')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('productId', text, (c) => c.notNull().references('products.id'))
    .addColumn('kind', text, (c) => c.notNull())
    .addColumn('version', text, (c) => c.notNull())
    .addColumn('versionKey', text, (c) => c.notNull())
    .addColumn('reason', text, (c) => c.notNull())
    .addColumn('addedBy', text, (c) => c.notNull())
    .addColumn('addedAt', text, (c) => c.notNull())
    .addColumn('liftedBy', text)
    .addColumn('liftedAt', text)
    .addColumn('liftedReason', text)
    .execute();
  await schema.createIndex('prohibitionsProduct').on('prohibitions').columns(['productId', 'liftedAt']).execute();
  await sql`create unique index ${sql.ref('prohibitionsInForce')} on ${sql.table('prohibitions')}
    (${sql.ref('productId')}, ${sql.ref('kind')}, ${sql.ref('versionKey')}) where ${sql.ref('liftedAt')} is null`.execute(
    database,
  );

  await schema
    .createTable('installationKeys')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('label', text, (c) => c.notNull())
    .addColumn('secretHash', text, (c) => c.notNull().unique())
    .addColumn('autoAuthorize', integer, (c) => c.notNull())
    .addColumn('expiresAt', text, (c) => c.notNull())
    .addColumn('maxUses', integer)
    .addColumn('uses', integer, (c) => c.notNull())
    .addColumn('createdBy', text, (c) => c.notNull())
    .addColumn('createdAt', text, (c) => c.notNull())
    .addColumn('revokedAt', text)
    .execute();

  await schema
    .createTable('workstations')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('machineId', text, (c) => c.notNull())
    .addColumn('publicKey', text, (c) => c.notNull())
    .addColumn('tokenHash', text, (c) => c.unique())
    .addColumn('hostname', text, (c) => c.notNull())
    .addColumn('nameKey', text, (c) => c.notNull())
    .addColumn('searchText', text, (c) => c.notNull())
    .addColumn('osPlatform', text, (c) => c.notNull())
    .addColumn('osRelease', text, (c) => c.notNull())
    .addColumn('osArch', text, (c) => c.notNull())
    .addColumn('osLanguage', text, (c) => c.notNull())
    .addColumn('timeZone', text, (c) => c.notNull())
    .addColumn('userName', text)
    .addColumn('status', text, (c) => c.notNull())
    .addColumn('claimsId', text)
    .addColumn('keyId', text)
    .addColumn('note', text)
    .addColumn('activatedAt', text, (c) => c.notNull())
    .addColumn('lastSeenAt', text)
    .addColumn('online', integer, (c) => c.notNull())
    .addColumn('retiredAt', text)
    .addColumn('replacedBy', text)
    .addColumn('logSeq', big)
    .addColumn('logHash', text)
    .execute();
  await schema.createIndex('workstationsMachine').on('workstations').column('machineId').execute();
  await schema.createIndex('workstationsReplacedBy').on('workstations').column('replacedBy').execute();
  await schema.createIndex('workstationsClaims').on('workstations').column('claimsId').execute();
  await indexWorkstationLists(database);

  await schema
    .createTable('workstationTags')
    .addColumn('workstationId', text, (c) => c.notNull().references('workstations.id'))
    .addColumn('tag', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('workstationTagsKey', ['workstationId', 'tag'])
    .execute();
  await schema.createIndex('workstationTagsTag').on('workstationTags').columns(['tag', 'workstationId']).execute();

  await schema
    .createTable('workstationProducts')
    .addColumn('workstationId', text, (c) => c.notNull().references('workstations.id'))
    .addColumn('productId', text, (c) => c.notNull().references('products.id'))
    .addColumn('installedVersion', text)
    .addColumn('versionKey', text)
    .addColumn('productCode', text)
    .addColumn('desiredVersion', text)
    .addColumn('verdict', text)
    .addColumn('checkedAt', text)
    .addColumn('lastErrorAt', text)
    .addColumn('lastError', text)
    .addPrimaryKeyConstraint('workstationProductsKey', ['workstationId', 'productId'])
    .execute();
  for (const [name, column] of [
    ['workstationProductsVersion', 'versionKey'],
    ['workstationProductsDesired', 'desiredVersion'],
    ['workstationProductsError', 'lastErrorAt'],
  ] as const) {
    await createOrderedIndex(database, name, 'workstationProducts', ['productId', column, 'workstationId']);
  }

  await schema
    .createTable('groups')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('name', text, (c) => c.notNull().unique())
    .addColumn('filter', text, (c) => c.notNull())
    .addColumn('createdBy', text, (c) => c.notNull())
    .addColumn('createdAt', text, (c) => c.notNull())
    .execute();

  await schema
    .createTable('passes')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('workstationId', text, (c) => c.notNull().references('workstations.id'))
    .addColumn('productId', text, (c) => c.notNull().references('products.id'))
    .addColumn('until', text, (c) => c.notNull())
    .addColumn('reason', text, (c) => c.notNull())
    .addColumn('givenBy', text, (c) => c.notNull())
    .addColumn('givenAt', text, (c) => c.notNull())
    .addColumn('withdrawnAt', text)
    .addColumn('usedAt', text)
    .execute();
  await schema.createIndex('passesWorkstation').on('passes').columns(['workstationId', 'productId', 'until']).execute();

  await schema
    .createTable('updates')
    .addColumn('id', text, (c) => c.notNull().primaryKey())
    .addColumn('number', integer, (c) => c.notNull().unique())
    .addColumn('name', text, (c) => c.notNull())
    .addColumn('productId', text, (c) => c.notNull().references('products.id'))
    .addColumn('targetVersion', text, (c) => c.notNull())
    .addColumn('targetVersionKey', text, (c) => c.notNull())
    .addColumn('requirement', text, (c) => c.notNull())
    .addColumn('cutoffAt', text)
    .addColumn('cutoffLocal', text)
    .addColumn('startsAt', text)
    .addColumn('onFailure', text, (c) => c.notNull())
    .addColumn('state', text, (c) => c.notNull())
    .addColumn('pausedReason', text)
    .addColumn('createdBy', text, (c) => c.notNull())
    .addColumn('createdAt', text, (c) => c.notNull())
    .addColumn('startedAt', text)
    .addColumn('endedAt', text)
    .execute();
  await schema.createIndex('updatesState').on('updates').columns(['state', 'startsAt']).execute();
  await schema.createIndex('updatesTarget').on('updates').columns(['productId', 'targetVersionKey']).execute();

  await schema
    .createTable('assignments')
    .addColumn('updateId', text, (c) => c.notNull().references('updates.id'))
    .addColumn('workstationId', text, (c) => c.notNull().references('workstations.id'))
    .addColumn('state', text, (c) => c.notNull())
    .addColumn('attempt', integer, (c) => c.notNull())
    .addColumn('seq', big, (c) => c.notNull())
    .addColumn('failures', integer, (c) => c.notNull())
    .addColumn('progressBytes', big)
    .addColumn('progressTotal', big)
    .addColumn('restartNeeded', integer, (c) => c.notNull())
    .addColumn('toldAt', text)
    .addColumn('timeZone', text)
    .addColumn('offeredAt', text)
    .addColumn('cutoffAt', text)
    .addColumn('relaxedUntil', text)
    .addColumn('why', text)
    .addColumn('lastError', text)
    .addColumn('addedAt', text, (c) => c.notNull())
    .addColumn('updatedAt', text, (c) => c.notNull())
    .addColumn('installedAt', text)
    .addPrimaryKeyConstraint('assignmentsKey', ['updateId', 'workstationId'])
    .execute();
  await schema.createIndex('assignmentsWorkstation').on('assignments').column('workstationId').execute();
  await schema.createIndex('assignmentsState').on('assignments').columns(['updateId', 'state']).execute();
  // Those under way, by their last sign of life.
  await schema
    .createIndex('assignmentsUnderWay')
    .on('assignments')
    .columns(['updatedAt'])
    .where(sql.ref('state'), 'in', [sql.lit('downloading'), sql.lit('downloaded'), sql.lit('installing')])
    .execute();

  await schema
    .createTable('reports')
    .addColumn('id', text, (c) => c.notNull())
    .addColumn('workstationId', text, (c) => c.notNull())
    .addColumn('updateId', text, (c) => c.notNull())
    .addColumn('at', text, (c) => c.notNull())
    .addColumn('receivedAt', text, (c) => c.notNull())
    .addColumn('attempt', integer)
    .addColumn('seq', big)
    .addColumn('state', text, (c) => c.notNull())
    .addColumn('applied', integer, (c) => c.notNull())
    .addColumn('code', integer)
    .addColumn('exitCode', big)
    .addColumn('detail', text)
    .addPrimaryKeyConstraint('reportsKey', ['workstationId', 'id'])
    .execute();
  await schema.createIndex('reportsUpdate').on('reports').columns(['updateId', 'workstationId']).execute();

  await schema
    .createTable('events')
    .addColumn('seq', big, (c) => c.notNull().primaryKey())
    .addColumn('id', text, (c) => c.notNull().unique())
    .addColumn('type', text, (c) => c.notNull())
    .addColumn('at', text, (c) => c.notNull())
    .addColumn('actorKind', text, (c) => c.notNull())
    .addColumn('actorId', text)
    .addColumn('actorName', text, (c) => c.notNull())
    .addColumn('objectKind', text, (c) => c.notNull())
    .addColumn('objectId', text, (c) => c.notNull())
    .addColumn('objectName', text)
    .addColumn('address', text)
    .addColumn('data', text, (c) => c.notNull())
    .addColumn('content', text, (c) => c.notNull())
    .addColumn('previousHash', text, (c) => c.notNull())
    .addColumn('hash', text, (c) => c.notNull())
    .execute();
  await schema.createIndex('eventsType').on('events').columns(['type', 'seq']).execute();
  await schema.createIndex('eventsActor').on('events').columns(['actorId', 'seq']).execute();
  await schema.createIndex('eventsObject').on('events').columns(['objectId', 'seq']).execute();
  await schema.createIndex('eventsAt').on('events').column('at').execute();

  await schema
    .createTable('eventHead')
    .addColumn('id', integer, (c) => c.primaryKey())
    .addColumn('seq', big, (c) => c.notNull())
    .addColumn('hash', text, (c) => c.notNull())
    .execute();
  await sql`insert into ${sql.table('eventHead')} (${sql.ref('id')}, ${sql.ref('seq')}, ${sql.ref('hash')})
    values (1, 0, ${'0'.repeat(64)})`.execute(database);

  await schema
    .createTable('signingKeys')
    .addColumn('id', text, (c) => c.notNull())
    .addColumn('role', text, (c) => c.notNull())
    .addColumn('publicKey', text, (c) => c.notNull())
    .addColumn('privateKey', text)
    .addColumn('createdAt', text, (c) => c.notNull())
    .addColumn('retiredAt', text)
    .addPrimaryKeyConstraint('signingKeysKey', ['role', 'id'])
    .execute();

  await schema
    .createTable('trustFiles')
    .addColumn('name', text, (c) => c.notNull().primaryKey())
    .addColumn('content', text, (c) => c.notNull())
    .addColumn('publishedAt', text, (c) => c.notNull())
    .execute();

  await schema
    .createTable('leases')
    .addColumn('name', text, (c) => c.notNull().primaryKey())
    .addColumn('holder', text, (c) => c.notNull())
    .addColumn('until', text, (c) => c.notNull())
    .addColumn('fence', big, (c) => c.notNull())
    .execute();
}
