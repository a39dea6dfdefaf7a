// Workstations as people see them in lists: one page, in any order of its columns, also of a hundred thousand.
import type { Workstation, workstationFilterSchema } from '@usher/protocol';
import { workstationQuerySchema } from '@usher/protocol';
import { sql, type SelectQueryBuilder } from 'kysely';
import type { z } from 'zod';
import type { Reader } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import { listAnswer, listQuery, rowsOf, type Sort } from '../../http/list-query.ts';
import { matching, resolveFilter, type WorkstationQuery } from './read-model.ts';
import { shownProduct, workstationItems } from './workstation-items.ts';

const { status, version, product, group, tag, retired } = workstationQuerySchema.shape;

/** What a list is ordered by: a column of the workstation's own, or one of the product that is shown. */
const ownColumns = {
  hostname: ['nameKey'],
  user: ['userName', 'nameKey'],
  os: ['osPlatform', 'osRelease', 'nameKey'],
  status: ['status', 'nameKey'],
  lastSeenAt: ['lastSeenAt'],
  activatedAt: ['activatedAt'],
} as const;

const productColumns = {
  installedVersion: 'versionKey',
  desiredVersion: 'desiredVersion',
  lastError: 'lastErrorAt',
} as const;

type OwnField = keyof typeof ownColumns;
type ProductField = keyof typeof productColumns;
type Field = OwnField | ProductField | 'updateState';
