// The tables, as queries see them: each feature's in a file of its own. The migrations make them; the same on SQLite and PostgreSQL.
import type { AccountTables } from './tables/account-tables.ts';
import type { CountTables } from './tables/count-tables.ts';
import type { EventTables } from './tables/event-tables.ts';
import type { HistoryTables } from './tables/history-tables.ts';
import type { InstallerTables } from './tables/installer-tables.ts';
import type { TrustTables } from './tables/trust-tables.ts';
import type { UpdateTables } from './tables/update-tables.ts';
import type { WorkstationTables } from './tables/workstation-tables.ts';

/** Every table. */
export interface Tables
  extends
    AccountTables,
    InstallerTables,
    WorkstationTables,
    UpdateTables,
    EventTables,
    TrustTables,
    HistoryTables,
    CountTables {}
