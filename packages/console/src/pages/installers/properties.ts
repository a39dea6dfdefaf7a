// Public MSI properties as a person writes them, one NAME=value per line.

/** What a text of properties is: the properties, and the lines that are none. */
export interface ReadProperties {
  readonly properties: Record<string, string>;
  readonly wrong: readonly string[];
}

const line = /^([A-Z_][A-Z0-9_.]{0,71})=(.*)$/;

/** Reads properties; an empty line is none, a value may be quoted. */
export function readProperties(text: string): ReadProperties {
  const properties: Record<string, string> = {};
  const wrong: string[] = [];
  for (const written of text.split(/\r?\n/).map((part) => part.trim())) {
    if (written === '') continue;
    const match = line.exec(written);
    const [, name, value] = match ?? [];
    if (name === undefined || value === undefined) wrong.push(written);
    else properties[name] = value.replace(/^"(.*)"$/, '$1');
  }
  return { properties, wrong };
}

/** Properties as the text that `readProperties` reads. */
export function writeProperties(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}
