// What the schemas say about an input that they refuse, in plain words: for the API's problems and the commands alike.
import * as z from 'zod';

const types: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

const formats: Readonly<Record<string, string>> = {
  email: 'an e-mail address, such as ann@example.org',
  url: 'an address, such as https://usher.example.org',
  datetime: 'a time, such as 2026-11-22T08:00:00Z',
  date: 'a date, such as 2026-11-22',
  uuid: 'a UUID',
  base64: 'text in base64',
  base64url: 'text in base64url',
};

/** Has every schema of this process say what it refuses in plain words; what a schema says by itself goes before. */
export function refusePlainly(): void {
  z.config({ customError: plainRefusal });
}

/** The end of a sentence that begins with the name of what is refused; undefined leaves it to the library. */
function plainRefusal(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return must(types[issue.expected]);
    case 'invalid_format':
      if (issue.format === 'starts_with') return `must begin with "${String(issue.prefix)}"`;
      return must(formats[issue.format] ?? (issue.format === 'regex' ? 'of the form that is described' : undefined));
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing';
      return must(`${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`);
    case 'too_small':
      return limit(issue.origin, Number(issue.minimum), issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return limit(issue.origin, Number(issue.maximum), issue.inclusive === false ? 'less than' : 'at most');
    case 'unrecognized_keys':
      return issue.keys.length === 1 ? 'is not known here' : `is not known here, nor ${issue.keys.slice(1).join(', ')}`;
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
      return undefined;
  }
}

function must(be: string | undefined): string | undefined {
  return be === undefined ? undefined : `must be ${be}`;
}

function limit(origin: string, bound: number, how: 'at least' | 'more than' | 'at most' | 'less than'): string {
  const unit = { string: 'character', array: 'entry', set: 'entry', file: 'byte' }[origin];
  if (unit === undefined) return `must be ${how} ${bound}`;
  if (how === 'at least' && bound === 1) return 'must not be empty';
  const units = unit === 'entry' ? 'entries' : `${unit}s`;
  return `must have ${how} ${bound} ${bound === 1 ? unit : units}`;
}
