// Frames: whatever comes, in whatever pieces, is either the texts that were sent or a refusal; never more than the bound.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClientError } from '../client-error.ts';
import { FrameReader, frameOf } from './frames.ts';

const longest = 64;
const text = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 20 })
  .filter((each) => Buffer.byteLength(each) <= longest);

/** Cuts bytes into pieces of these lengths, over and over. */
function pieces(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    cut.push(bytes.subarray(at, at + length));
    at += length;
  }
  return cut;
}

describe('frames', () => {
  test('come through whole and in order, in whatever pieces', () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (texts, cuts) => {
          const reader = new FrameReader(longest);
          const bytes = Buffer.concat(texts.map((each) => frameOf(each, longest)));
          expect(pieces(bytes, cuts).flatMap((piece) => reader.push(piece))).toEqual(texts);
          expect(reader.isMidFrame).toBe(false);
        },
      ),
    );
  });

  test('that are cut off are not taken for whole ones', () => {
    fc.assert(
      fc.property(text, fc.nat(), (each, cut) => {
        const frame = frameOf(each, longest);
        const kept = cut % frame.length;
        const reader = new FrameReader(longest);
        expect(reader.push(frame.subarray(0, kept))).toEqual([]);
        expect(reader.isMidFrame).toBe(kept > 0);
      }),
    );
  });

  test('of any bytes at all are texts within the bound, or refused', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 }), (chunks) => {
        const reader = new FrameReader(longest);
        try {
          for (const found of chunks.flatMap((chunk) => reader.push(chunk))) {
            expect(Buffer.byteLength(found)).toBeLessThanOrEqual(longest);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ClientError);
        }
      }),
    );
  });

  test.each([0, longest + 1, 0x7fff_ffff, 0xffff_ffff])(
    'that say that they have %d bytes are refused at once',
    (length) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(length);
      expect(() => new FrameReader(longest).push(head)).toThrow(ClientError);
    },
  );

  test('that are no UTF-8 are refused', () => {
    const frame = Buffer.from([0, 0, 0, 2, 0xc3, 0x28]);
    expect(() => new FrameReader(longest).push(frame)).toThrow(ClientError);
  });

  test('too long to be taken, or empty, are not made', () => {
    expect(() => frameOf('x'.repeat(longest + 1), longest)).toThrow(RangeError);
    expect(() => frameOf('', longest)).toThrow(RangeError);
  });
});
