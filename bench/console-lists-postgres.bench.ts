// How long the console waits on PostgreSQL.
import { benchLists } from './console-lists.ts';

await benchLists('postgres');
