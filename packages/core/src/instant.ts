// Points in time as ISO 8601 text: read strictly, so that no machine's own zone or leniency gets into a rule.

const instantPattern =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/;

/** Milliseconds in an hour. */
export const hourMs = 3_600_000;

/**
 * Milliseconds since 1970 of an ISO 8601 date and time with `Z` or an offset; `NaN` for anything else (a date alone,
 * no offset, 30 February, 24:00, a leap second). Digits beyond the millisecond are cut. `Date.parse` is not used: it
 * takes a text without an offset for the machine's own time, and reads forms that the standard leaves open.
 *
 * Every comparison with `NaN` is false. The rules ask each question so that "false" is the strict answer.
 */
export function parseInstant(text: string): number {
  const match = instantPattern.exec(text);
  if (match === null) return Number.NaN;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second = '0',
    fraction = '',
    sign = '+',
    offsetHour = '0',
    offsetMinute = '0',
  ] = match;
  const wall = wallTime(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second));
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return Number.NaN;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  return wall + Number(fraction.slice(0, 3).padEnd(3, '0')) - (sign === '-' ? -offset : offset);
}

/** Milliseconds that a clock on the wall in UTC would show as these fields; `NaN` where there is no such time. */
export function wallTime(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number {
  const date = new Date(0);
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  const isADay = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isADay || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  return date.setUTCHours(hour, minute, second, 0);
}

/** The instant as the product writes it: ISO 8601 in UTC with milliseconds. Throws a `RangeError` on `NaN`. */
export function formatInstant(ms: number): string {
  return new Date(ms).toISOString();
}
