// Numbers, sizes, durations and times as a person of the chosen language writes them.

const sizeUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A count with the language's grouping. */
export function formatNumber(value: number, language: string): string {
  return new Intl.NumberFormat(language).format(value);
}

/** A share between 0 and 1 as whole per cent; never 0 % or 100 % for what is neither. */
export function formatShare(share: number, language: string): string {
  const percent = Math.round(share * 100);
  const honest = share > 0 && percent === 0 ? 1 : share < 1 && percent === 100 ? 99 : percent;
  return new Intl.NumberFormat(language, { style: 'percent' }).format(honest / 100);
}

/** A size in bytes, in steps of 1,000, with at most three digits. */
export function formatBytes(bytes: number, language: string): string {
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < sizeUnits.length - 1) {
    value /= 1000;
    step += 1;
  }
  const unit = sizeUnits[step] ?? 'byte';
  const digits = step === 0 || value >= 100 ? 0 : 1;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  }).format(value);
}

/** A number of hours: in seconds below a minute, in minutes below one hour, in days from two days on. */
export function formatHours(hours: number, language: string): string {
  const [unit, amount] =
    hours >= 48
      ? (['day', hours / 24] as const)
      : hours >= 1 || hours === 0
        ? (['hour', hours] as const)
        : hours * 60 >= 1
          ? (['minute', hours * 60] as const)
          : (['second', hours * 3600] as const);
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: unit === 'minute' || unit === 'second' ? 0 : 1,
  }).format(amount);
}

/** An instant as date and time of the viewer's zone. */
export function formatInstant(iso: string, language: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', ...zone(timeZone) }).format(
    new Date(iso),
  );
}

/** An instant to the second, with the zone named: what a hover shows. */
export function formatExact(iso: string, language: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
    ...zone(timeZone),
  }).format(new Date(iso));
}

/** A tick of a time axis: the day, within two days the time of day, within ten minutes to the second. `span` is in milliseconds. */
export function formatTick(at: number, span: number, language: string): string {
  const second = span < 10 * 60_000 ? ({ second: '2-digit' } as const) : {};
  const isShort = span < 2 * 86_400_000;
  return new Intl.DateTimeFormat(
    language,
    isShort ? { hour: '2-digit', minute: '2-digit', ...second } : { day: 'numeric', month: 'short' },
  ).format(at);
}

/** A wall-clock time without a zone (`YYYY-MM-DDTHH:mm`), written out as it stands. */
export function formatLocal(local: string, language: string): string {
  return formatInstant(`${local.length === 16 ? `${local}:00` : local}Z`, language, 'UTC');
}

function zone(timeZone: string | undefined): { timeZone?: string } {
  return timeZone === undefined ? {} : { timeZone };
}

/** The viewer's zone: its name, and its offset at an instant (milliseconds since 1970). */
export function viewerZone(at: number, language: string, timeZone?: string): { name: string; offset: string } {
  const format = new Intl.DateTimeFormat(language, { timeZoneName: 'shortOffset', ...zone(timeZone) });
  const offset = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
  return { name: format.resolvedOptions().timeZone.replaceAll('_', ' '), offset };
}

const steps = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const;

/** How long ago, or in how long, in the largest unit that fits: "3 days ago", "in 2 hours". */
export function formatRelative(at: number, reference: number, language: string): string {
  const seconds = Math.round((at - reference) / 1000);
  const step = steps.find((candidate) => Math.abs(seconds) >= candidate.seconds) ?? steps[3];
  const amount = Math.trunc(seconds / step.seconds);
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(amount, step.unit);
}

const languageIds: Readonly<Record<string, string>> = {
  '0': '',
  '1028': 'zh-TW',
  '1029': 'cs',
  '1031': 'de',
  '1033': 'en-US',
  '1034': 'es-ES',
  '1036': 'fr-FR',
  '1040': 'it',
  '1041': 'ja',
  '1042': 'ko',
  '1043': 'nl',
  '1045': 'pl',
  '1046': 'pt-BR',
  '1049': 'ru',
  '1053': 'sv',
  '1055': 'tr',
  '2052': 'zh-CN',
  '2057': 'en-GB',
  '2058': 'es-MX',
  '2070': 'pt-PT',
  '3082': 'es-ES',
};

/**
 * The name of a language: an installer's (ProductLanguage, a decimal LCID of [MS-LCID]), or a machine's (a tag of BCP 47);
 * null where it is neutral, what was given where it is none of the common numbers and no tag.
 */
export function formatLanguage(id: string, language: string): string | null {
  const tag = Object.hasOwn(languageIds, id) ? languageIds[id] : id;
  if (tag === '') return null;
  if (tag === undefined || !/^[a-z]{2,3}(-[a-z\d]+)*$/i.test(tag)) return id;
  try {
    return new Intl.DisplayNames(language, { type: 'language' }).of(tag) ?? id;
  } catch (error) {
    // What only looks like a tag; a workstation says what it wants here.
    if (error instanceof RangeError) return id;
    throw error;
  }
}
