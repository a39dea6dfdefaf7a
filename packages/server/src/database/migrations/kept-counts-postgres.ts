// What keeps the counts on PostgreSQL: triggers for each statement where many rows change at once, for each row where few do.

/** Adds rows of keys and numbers to a count, in one order, so that two transactions rarely wait for each other crosswise. */
function add(table: string, keys: readonly string[], rows: string): string {
  const names = keys.map((name) => `"${name}"`).join(', ');
  return `insert into "${table}" (${names}, "slot", "number")
    select ${names}, pg_backend_pid() % 16, sum("number") from (${rows}) as changes
    group by ${names} having sum("number") <> 0 order by ${names}
    on conflict (${names}, "slot") do update set "number" = "${table}"."number" + excluded."number";`;
}

const assignments = (rows: string): string => add('assignmentCounts', ['updateId', 'state'], rows);

const assignmentRows = (table: string, number: 1 | -1): string =>
  `select "updateId", "state", ${number} as "number" from ${table}`;

const workstations = (rows: string): string => add('workstationCounts', ['status', 'online', 'claiming'], rows);

/** `row` is a table of several, or the one that a trigger for each row sees. */
const workstationRows = (from: string, row: string, number: 1 | -1): string =>
  `select ${row}."status", ${row}."online", case when ${row}."claimsId" is null then 0 else 1 end as "claiming",
    ${number} as "number" ${from} where ${row}."retiredAt" is null`;

const installed = (rows: string): string =>
  add('installedCounts', ['productId', 'versionKey', 'productCode', 'osArch', 'osLanguage'], rows);

/** What is installed, as it is counted: a version, `?` for a text that is none, nothing for none. */
const installedRows = (from: string, product: string, system: string, number: 1 | -1): string =>
  `select ${product}."productId",
    coalesce(${product}."versionKey", case when ${product}."installedVersion" is null then '' else '?' end) as "versionKey",
    coalesce(${product}."productCode", '') as "productCode", ${system}."osArch", ${system}."osLanguage", ${number} as "number"
    ${from}`;

const tags = (rows: string): string => add('tagCounts', ['tag', 'status'], rows);

const tagRows = (from: string, tag: string, system: string, number: 1 | -1): string =>
  `select ${tag}."tag", ${system}."status", ${number} as "number" ${from}`;

/**
 * Rows of a table with their workstations that are not retired. The workstations are locked, so that one that is being retired
 * meanwhile is counted out either here or there, and not twice or never.
 */
const withWorkstations = (table: string): string =>
  `from (select r.*, w."osArch", w."osLanguage", w."status" from ${table} as r
    join "workstations" as w on w."id" = r."workstationId" where w."retiredAt" is null for share of w) as c`;

const belongings = (row: 'new' | 'old', table: string): string =>
  `from "${table}" as p where p."workstationId" = ${row}."id" and ${row}."retiredAt" is null`;

const both = (...rows: string[]): string => rows.join(' union all ');

/** A function for a trigger; what it does for an insertion, a deletion and a change. */
function body(name: string, on: { readonly in?: string; readonly out?: string; readonly moved?: string }): string {
  const parts = [
    on.in === undefined ? '' : `if tg_op = 'INSERT' then ${on.in} end if;`,
    on.out === undefined ? '' : `if tg_op = 'DELETE' then ${on.out} end if;`,
    on.moved === undefined ? '' : `if tg_op = 'UPDATE' then ${on.moved} end if;`,
  ];
  return `create function "${name}"() returns trigger language plpgsql as $$ begin ${parts.join(' ')} return null; end $$`;
}

function forStatements(table: string, name: string, ...operations: ('insert' | 'delete' | 'update')[]): string[] {
  const seen = {
    insert: 'new table as fresh',
    delete: 'old table as gone',
    update: 'old table as gone new table as fresh',
  };
  return operations.map(
    (operation) => `create trigger "${name} ${operation}" after ${operation} on "${table}"
      referencing ${seen[operation]} for each statement execute function "${name}"()`,
  );
}

function forRows(table: string, name: string, columns: readonly string[]): string {
  const differs = columns.map((column) => `old."${column}" is distinct from new."${column}"`).join(' or ');
  return `create trigger "${name} update" after update of ${columns.map((column) => `"${column}"`).join(', ')} on "${table}"
    for each row when (${differs}) execute function "${name}"()`;
}

/** The functions and triggers, one statement each. */
export const postgresTriggers: readonly string[] = [
  body('countAssignments', {
    in: assignments(assignmentRows('fresh', 1)),
    out: assignments(assignmentRows('gone', -1)),
    moved: assignments(both(assignmentRows('gone', -1), assignmentRows('fresh', 1))),
  }),
  ...forStatements('assignments', 'countAssignments', 'insert', 'delete', 'update'),

  body('countWorkstations', {
    in: workstations(workstationRows('from fresh', 'fresh', 1)),
    out: workstations(workstationRows('from gone', 'gone', -1)),
    moved: workstations(both(workstationRows('', 'old', -1), workstationRows('', 'new', 1))),
  }),
  ...forStatements('workstations', 'countWorkstations', 'insert', 'delete'),
  forRows('workstations', 'countWorkstations', ['status', 'online', 'claimsId', 'retiredAt']),

  body('countBelongings', {
    moved: [
      installed(
        both(
          installedRows(belongings('old', 'workstationProducts'), 'p', 'old', -1),
          installedRows(belongings('new', 'workstationProducts'), 'p', 'new', 1),
        ),
      ),
      tags(
        both(
          tagRows(belongings('old', 'workstationTags'), 'p', 'old', -1),
          tagRows(belongings('new', 'workstationTags'), 'p', 'new', 1),
        ),
      ),
    ].join(' '),
  }),
  forRows('workstations', 'countBelongings', ['status', 'retiredAt', 'osArch', 'osLanguage']),

  body('countInstalled', {
    in: installed(installedRows(withWorkstations('fresh'), 'c', 'c', 1)),
    out: installed(installedRows(withWorkstations('gone'), 'c', 'c', -1)),
    moved: installed(
      both(
        installedRows(withWorkstations('(select old.*)'), 'c', 'c', -1),
        installedRows(withWorkstations('(select new.*)'), 'c', 'c', 1),
      ),
    ),
  }),
  ...forStatements('workstationProducts', 'countInstalled', 'insert', 'delete'),
  forRows('workstationProducts', 'countInstalled', [
    'workstationId',
    'productId',
    'installedVersion',
    'versionKey',
    'productCode',
  ]),

  body('countTags', {
    in: tags(tagRows(withWorkstations('fresh'), 'c', 'c', 1)),
    out: tags(tagRows(withWorkstations('gone'), 'c', 'c', -1)),
  }),
  ...forStatements('workstationTags', 'countTags', 'insert', 'delete'),
];
