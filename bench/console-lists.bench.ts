// How long the console waits on the embedded database.
import { benchLists } from './console-lists.ts';

await benchLists('sqlite');
