// A strict reader of DER (ITU-T X.690): the gate that every signature passes before a library sees it, and the exact
// bytes of its parts.
import { tampered } from './installer-error.ts';

const MAX_DEPTH = 40;
const MAX_NODES = 20_000;

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const;

const CONSTRUCTED = 0x20;
const CLASS_BITS = 0xc0;

/** One element. `children` is empty for a primitive one. All bytes are views into what was read. */
export interface DerNode {
  readonly tag: number;
  /** The element with tag and length. */
  readonly raw: Uint8Array;
  /** The element without tag and length. */
  readonly contents: Uint8Array;
  readonly children: readonly DerNode[];
}

/**
 * Reads exactly one element that fills `bytes`. Throws `installer.tampered` on everything that is not DER: indefinite or
 * padded lengths, constructed strings, elements that end outside of their parent, trailing bytes, and on nesting
 * deeper than 40 or more than 20,000 elements.
 */
export function readDer(bytes: Uint8Array): DerNode {
  const budget = { nodes: MAX_NODES };
  const { node, end } = readElement(bytes, 0, 0, budget);
  if (end !== bytes.length) throw notDer(`${bytes.length - end} bytes follow it`);
  return node;
}

function readElement(
  bytes: Uint8Array,
  start: number,
  depth: number,
  budget: { nodes: number },
): { node: DerNode; end: number } {
  if (depth > MAX_DEPTH) throw notDer('it is nested too deeply');
  if (--budget.nodes < 0) throw notDer('it has too many elements');
  const tag = byteAt(bytes, start);
  if ((tag & 0x1f) === 0x1f || tag === 0) throw notDer(`its element has tag ${tag}`);
  const { length, headerLength } = readLength(bytes, start + 1);
  const contentStart = start + 1 + headerLength;
  const end = contentStart + length;
  if (end > bytes.length) throw notDer('an element ends outside of its parent');
  const contents = bytes.subarray(contentStart, end);

  const isConstructed = (tag & CONSTRUCTED) !== 0;
  const isUniversal = (tag & CLASS_BITS) === 0;
  const mustBeConstructed = isUniversal && ((tag & 0x1f) === 0x10 || (tag & 0x1f) === 0x11);
  if (isUniversal && isConstructed !== mustBeConstructed) throw notDer(`an element has tag ${tag}`);
  if (tag === TAG.integer && length === 0) throw notDer('a number is empty');

  const children: DerNode[] = [];
  if (isConstructed) {
    for (let position = 0; position < contents.length;) {
      const child = readElement(contents, position, depth + 1, budget);
      children.push(child.node);
      position = child.end;
    }
  }
  return { node: { tag, raw: bytes.subarray(start, end), contents, children }, end };
}

function readLength(bytes: Uint8Array, start: number): { length: number; headerLength: number } {
  const first = byteAt(bytes, start);
  if (first < 0x80) return { length: first, headerLength: 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw notDer('a length has no definite form');
  let length = 0;
  for (let index = 1; index <= count; index++) length = length * 256 + byteAt(bytes, start + index);
  if (length < 0x80 || length < 256 ** (count - 1)) throw notDer('a length is longer than it has to be');
  return { length, headerLength: 1 + count };
}

function byteAt(bytes: Uint8Array, index: number): number {
  const byte = bytes[index];
  if (byte === undefined) throw notDer('it ends in the middle of an element');
  return byte;
}

/** The child at `index`, which must have this tag. */
export function childOf(node: DerNode, index: number, tag: number): DerNode {
  const child = node.children[index];
  if (child?.tag !== tag) throw notDer(`an element has no part ${index + 1} with tag ${tag}`);
  return child;
}

/** The dotted text of an object identifier. */
export function oidOf(node: DerNode): string {
  if (node.tag !== TAG.objectIdentifier || node.contents.length === 0) throw notDer('an object identifier is missing');
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of node.contents) {
    if (arc > 2 ** 40) throw notDer('an object identifier is too large');
    arc = arc * 128 + (byte & 0x7f);
    if ((byte & 0x80) === 0) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const head = arcs[0] ?? 0;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...arcs.slice(1)].join('.');
}

const notDer = (what: string): Error => tampered(`The signature is not in its proper encoding (DER): ${what}`);
