// A cut-off by the clock on the workstation's wall, made an instant with the time zone that the workstation reported.
import { formatInstant, hourMs, parseInstant, wallTime } from './instant.ts';

const localPattern = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?$/;

/** No zone is, or was, further from UTC than this. */
const largestOffset = 16 * hourMs;
/** UTC-12, where a day ends last on Earth. */
const lastOffset = 12 * hourMs;

/** True for `YYYY-MM-DDTHH:mm[:ss]` that names a day and a time, without any zone. */
export function isCutoffLocal(text: string): boolean {
  return !Number.isNaN(parseLocal(text));
}

function parseLocal(text: string): number {
  const match = localPattern.exec(text);
  if (match === null) return Number.NaN;
  const [, year, month, day, hour, minute, second = '0'] = match;
  return wallTime(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second));
}

function readLocal(cutoffLocal: string): number {
  const wall = parseLocal(cutoffLocal);
  if (Number.isNaN(wall)) throw new RangeError(`not a local time: ${JSON.stringify(cutoffLocal.slice(0, 80))}`);
  return wall;
}

/** A local cut-off as an instant. */
export interface ResolvedCutoff {
  /** ISO 8601 in UTC with milliseconds. */
  readonly cutoffAt: string;
  /** False where the zone is unknown and UTC was taken in its place; worth showing to the administrator. */
  readonly isZoneKnown: boolean;
}

/**
 * The instant at which the clocks of `timeZone` (an IANA name) show `cutoffLocal`. In a clock change, a time that
 * comes twice means its first coming, and one that does not exist the earlier of its two readings: as many minutes
 * before the change as it would have been after it. With no zone, or one that is not in the tz data, UTC.
 *
 * Throws a `RangeError` where `isCutoffLocal` is false.
 */
export function resolveCutoff(cutoffLocal: string, timeZone: string | null): ResolvedCutoff {
  const wall = readLocal(cutoffLocal);
  const clock = timeZone === null ? null : zoneClock(timeZone);
  if (clock === null) return { cutoffAt: formatInstant(wall), isZoneKnown: false };
  // Any clock change that matters to this time lies between these two, whatever the zone.
  const offsets = [wall - largestOffset, wall + largestOffset].map((instant) => offsetAt(clock, instant));
  const readings = offsets.map((offset) => wall - offset);
  const real = readings.filter((instant) => instant + offsetAt(clock, instant) === wall);
  return { cutoffAt: formatInstant(Math.min(...(real.length > 0 ? real : readings))), isZoneKnown: true };
}

/** True once `cutoffLocal` has passed in the last time zone on Earth. Throws a `RangeError`, as `resolveCutoff`. */
export function isPastEverywhere(cutoffLocal: string, now: string): boolean {
  // What can't be read is past, so that a cut-off is refused rather than taken.
  return !(readLocal(cutoffLocal) + lastOffset > parseInstant(now));
}

const clocks = new Map<string, Intl.DateTimeFormat>();
/** More than there are zones; reached only by endless spellings of one. */
const mostClocks = 1_000;

/** Kept, because making one costs far more than asking it. */
function zoneClock(timeZone: string): Intl.DateTimeFormat | null {
  const kept = clocks.get(timeZone);
  if (kept !== undefined) return kept;
  const made = makeZoneClock(timeZone);
  if (made === null) return null;
  if (clocks.size >= mostClocks) clocks.clear();
  clocks.set(timeZone, made);
  return made;
}

function makeZoneClock(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    // ECMA-402, CreateDateTimeFormat: a RangeError is how it says that there is no such zone.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Milliseconds by which the zone's clocks are ahead of UTC at a whole second. */
function offsetAt(clock: Intl.DateTimeFormat, instant: number): number {
  const fields = new Map(clock.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const field = (type: Intl.DateTimeFormatPartTypes) => fields.get(type) ?? Number.NaN;
  return (
    wallTime(field('year'), field('month'), field('day'), field('hour'), field('minute'), field('second')) - instant
  );
}
