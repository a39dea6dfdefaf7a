// Gives the alert its words: a text in a language, its values put in, instants in the person's own time.
import { en, type Catalogue, type TextKey } from './en.ts';
import { es } from './es.ts';
import { installerSentence } from './windows-installer-codes.ts';
import type { Language } from './language.ts';
import { ptBR } from './pt-br.ts';

/** The catalogues, by language. */
export const catalogues: Readonly<Record<Language, Catalogue>> = { en, 'pt-BR': ptBR, es };

/** What is said of a number, in one form for one and another for more. */
type CountedKey = Extract<TextKey, `${string}.one`> extends `${infer Key}.one` ? Key : never;

/** The texts of one person: their language and time zone. */
export class Texts {
  readonly language: Language;
  readonly #timeZone: string | undefined;

  /** @param timeZone an IANA name; the machine's own where it is left out */
  constructor(language: Language, timeZone?: string) {
    this.language = language;
    this.#timeZone = timeZone;
  }

  /** The text of a key with its values. Values are put in as they are: what came from elsewhere is cleaned before. */
  say(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
    return catalogues[this.language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  }

  /** A text that depends on a number: `KEY.one` or `KEY.other`, as the language has it, with `{count}`. */
  count(key: CountedKey, count: number): string {
    const category = new Intl.PluralRules(this.language).select(count) === 'one' ? 'one' : 'other';
    return this.say(`${key}.${category}`, { count });
  }

  /** A number as the language writes it, with so many digits after the decimal sign. */
  number(value: number, digits: number): string {
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(this.language, options).format(value);
  }

  /** An instant (ISO 8601) in the person's time, like "Fri, 4 Dec, 18:00". */
  time(instant: string): string {
    const locale = this.language === 'en' ? 'en-GB' : this.language;
    return new Intl.DateTimeFormat(locale, {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      ...(this.#timeZone === undefined ? {} : { timeZone: this.#timeZone }),
    }).format(new Date(instant));
  }

  /** What an exit code of Windows Installer means. */
  installerSentence(exitCode: number | null): string {
    return installerSentence(exitCode, this.language);
  }
}
