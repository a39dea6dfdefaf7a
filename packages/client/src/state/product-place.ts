// Where the state of a product lies, by whichever of its names it is asked for: there is one place for each product.
import { systemCode } from '../client-error.ts';
import type { KnownProduct, ProductState, Settings, StateFolder } from './state-folder.ts';

/**
 * The state of a product that is named by its id at the server or by one of its UpgradeCodes (null: the one of the
 * activation). A name that nothing has been learned of yet has a place of its own; so it does until its server has said
 * what it means.
 */
export async function placeOf(
  state: StateFolder,
  reference: string | null,
  settings: Pick<Settings, 'product'> | null,
): Promise<ProductState> {
  const ofActivation = settings?.product ?? null;
  const wanted = reference ?? ofActivation;
  const own = state.product(null);
  if (wanted === null) return own;
  const places = await Promise.all(
    (await state.products()).map(async (place) => ({ place, known: await knownIn(place) })),
  );
  const named = places.flatMap(({ place, known }) => (known !== null && isNameOf(wanted, known) ? [place] : []));
  if (named.length > 0) return await newest(named);
  const isOwn = ofActivation !== null && sameName(wanted, ofActivation) && places[0]?.known === null;
  return isOwn ? own : state.product(wanted);
}

function isNameOf(name: string, { id, upgradeCodes }: KnownProduct): boolean {
  return name === id || upgradeCodes.some((code) => sameName(name, code));
}

/** An UpgradeCode is the same in either case, with and without its braces. */
function sameName(a: string, b: string): boolean {
  const plain = (name: string) => name.replace(/[{}]/g, '').toUpperCase();
  return a === b || plain(a) === plain(b);
}

/** What is damaged is set aside by whoever may; a launcher may not, and does without it. */
async function knownIn({ known }: ProductState): Promise<KnownProduct | null> {
  try {
    return await known.read();
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) return null;
    throw error;
  }
}

/** Several are there only until they are made one: what came last holds meanwhile. */
async function newest(places: readonly ProductState[]): Promise<ProductState> {
  const [first, ...others] = places;
  if (first === undefined) throw new TypeError('There is no place to choose.');
  let best = { place: first, at: others.length === 0 ? 0 : await issuedAt(first) };
  for (const place of others) {
    const at = await issuedAt(place);
    if (at > best.at) best = { place, at };
  }
  return best.place;
}

async function issuedAt({ clock }: ProductState): Promise<number> {
  return Date.parse((await clock.read())?.issuedAt ?? '') || 0;
}
