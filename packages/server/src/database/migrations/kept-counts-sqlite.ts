// What keeps the counts on SQLite: triggers for each row. One transaction writes at a time, so every count is one row.

const keys = {
  assignmentCounts: ['updateId', 'state'],
  workstationCounts: ['status', 'online', 'claiming'],
  installedCounts: ['productId', 'versionKey', 'productCode', 'osArch', 'osLanguage'],
  tagCounts: ['tag', 'status'],
} as const;

/** Adds a number to a count, for every row of what stands after `select`. */
function add(table: keyof typeof keys, values: readonly string[], number: 1 | -1, from: string): string {
  const names = [...keys[table], 'slot'].map((name) => `"${name}"`).join(', ');
  return `insert into "${table}" (${names}, "number") select ${values.join(', ')}, 0, ${number} ${from}
    on conflict (${names}) do update set "number" = "number" + excluded."number";`;
}

function assignment(row: 'new' | 'old', number: 1 | -1): string {
  return add('assignmentCounts', [`${row}."updateId"`, `${row}."state"`], number, 'where true');
}

function workstation(row: 'new' | 'old', number: 1 | -1): string {
  const values = [`${row}."status"`, `${row}."online"`, `${row}."claimsId" is not null`];
  return add('workstationCounts', values, number, `where ${row}."retiredAt" is null`);
}

/** What is installed, as it is counted: a version, `?` for a text that is none, nothing for none. */
function installed(product: string, system: string): string[] {
  return [
    `${product}."productId"`,
    `coalesce(${product}."versionKey", case when ${product}."installedVersion" is null then '' else '?' end)`,
    `coalesce(${product}."productCode", '')`,
    `${system}."osArch"`,
    `${system}."osLanguage"`,
  ];
}

const live = (row: 'new' | 'old'): string =>
  `from "workstations" as w where w."id" = ${row}."workstationId" and w."retiredAt" is null`;

const product = (row: 'new' | 'old', number: 1 | -1): string =>
  add('installedCounts', installed(row, 'w'), number, live(row));

const tag = (row: 'new' | 'old', number: 1 | -1): string =>
  add('tagCounts', [`${row}."tag"`, 'w."status"'], number, live(row));

/** Everything that a workstation is counted by through rows of its own. */
function belongings(row: 'new' | 'old', number: 1 | -1): string {
  const of = `as p where p."workstationId" = ${row}."id" and ${row}."retiredAt" is null`;
  return [
    add('installedCounts', installed('p', row), number, `from "workstationProducts" ${of}`),
    add('tagCounts', ['p."tag"', `${row}."status"`], number, `from "workstationTags" ${of}`),
  ].join('\n');
}

const differs = (...columns: string[]): string =>
  columns.map((column) => `old."${column}" is not new."${column}"`).join(' or ');

function trigger(name: string, when: string, ...body: string[]): string {
  return `create trigger "${name}" ${when} begin ${body.join('\n')} end`;
}

const ofWorkstation = ['status', 'online', 'claimsId', 'retiredAt'];
const ofBelongings = ['status', 'retiredAt', 'osArch', 'osLanguage'];
const ofProduct = ['workstationId', 'productId', 'installedVersion', 'versionKey', 'productCode'];
const names = (columns: readonly string[]): string => columns.map((column) => `"${column}"`).join(', ');

/** The triggers, one statement each. */
export const sqliteTriggers: readonly string[] = [
  trigger('countAssignmentIn', 'after insert on "assignments"', assignment('new', 1)),
  trigger('countAssignmentOut', 'after delete on "assignments"', assignment('old', -1)),
  trigger(
    'countAssignmentMoved',
    `after update of "updateId", "state" on "assignments" when ${differs('updateId', 'state')}`,
    assignment('old', -1),
    assignment('new', 1),
  ),
  trigger('countWorkstationIn', 'after insert on "workstations"', workstation('new', 1)),
  trigger('countWorkstationOut', 'after delete on "workstations"', workstation('old', -1)),
  trigger(
    'countWorkstationMoved',
    `after update of ${names(ofWorkstation)} on "workstations" when ${differs(...ofWorkstation)}`,
    workstation('old', -1),
    workstation('new', 1),
  ),
  trigger(
    'countBelongingsMoved',
    `after update of ${names(ofBelongings)} on "workstations" when ${differs(...ofBelongings)}`,
    belongings('old', -1),
    belongings('new', 1),
  ),
  trigger('countInstalledIn', 'after insert on "workstationProducts"', product('new', 1)),
  trigger('countInstalledOut', 'after delete on "workstationProducts"', product('old', -1)),
  trigger(
    'countInstalledMoved',
    `after update of ${names(ofProduct)} on "workstationProducts" when ${differs(...ofProduct)}`,
    product('old', -1),
    product('new', 1),
  ),
  trigger('countTagIn', 'after insert on "workstationTags"', tag('new', 1)),
  trigger('countTagOut', 'after delete on "workstationTags"', tag('old', -1)),
];
