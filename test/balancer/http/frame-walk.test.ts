import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createFrameWalk } from '../../../src/balancer/http/frame-walk.ts';

interface Frame {
  readonly opcode: number;
  readonly masked: boolean;
  readonly bytes: number;
}

/** A frame as RFC 6455 §5.2 draws it; its payload looks like heads of other frames. */
function print({ opcode, masked, bytes }: Frame): Buffer {
  const mask = masked ? 0x80 : 0;
  const length =
    bytes < 126
      ? [mask | bytes]
      : bytes < 65_536
        ? [mask | 126, bytes >> 8, bytes & 0xff]
        : [mask | 127, 0, 0, 0, 0, 0, bytes >> 16, (bytes >> 8) & 0xff, bytes & 0xff];
  const key = masked ? [1, 2, 3, 4] : [];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length, ...key]), Buffer.alloc(bytes, 0x88)]);
}

const frame = fc.record({
  opcode: fc.constantFrom(0, 1, 2, 9, 10),
  masked: fc.boolean(),
  bytes: fc.oneof(fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536), fc.nat(300)),
});

/** Where frames ended, by their sum of bytes, however the bytes were cut into parts. */
function endsOf(parts: readonly Buffer[]): number[] {
  const walk = createFrameWalk();
  const ends: number[] = [];
  let before = 0;
  for (const part of parts) {
    for (let position = 0; position < part.length; ) {
      position = walk.advance(part, position, part.length);
      if (walk.between) ends.push(before + position);
    }
    before += part.length;
  }
  return ends;
}

function cutInto(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (const size of sizes) {
    parts.push(bytes.subarray(from, from + size));
    from += size;
  }
  return [...parts, bytes.subarray(from)];
}

describe('the walk over frames', () => {
  it('finds the end of every frame, whatever lengths, masks and reads', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(40), { maxLength: 20 }), (frames, sizes) => {
        const printed = frames.map(print);
        const expected = printed.map((_, index) => Buffer.concat(printed.slice(0, index + 1)).length);

        expect(endsOf(cutInto(Buffer.concat(printed), sizes))).toEqual(expected);
      }),
    );
  });

  it.each([
    { name: 'nothing', bytes: Buffer.alloc(0), between: true },
    { name: 'half of a head', bytes: Buffer.from([0x81]), between: false },
    { name: 'a head without its longer length', bytes: Buffer.from([0x81, 126]), between: false },
    { name: 'half of a payload', bytes: Buffer.from([0x81, 2, 0x61]), between: false },
    { name: 'an empty frame', bytes: Buffer.from([0x81, 0]), between: true },
    { name: 'the fragment of a message, whole', bytes: Buffer.from([0x01, 1, 0x61]), between: true },
  ])('after $name is between two frames: $between', ({ bytes, between }) => {
    const walk = createFrameWalk();

    walk.advance(bytes, 0, bytes.length);

    expect(walk.between).toBe(between);
  });

  it('notices the Close frame, once it is whole', () => {
    const walk = createFrameWalk();
    const close = Buffer.from([0x88, 2, 0x03, 0xe8]);

    walk.advance(close, 0, 3);
    const before = walk.closed;
    walk.advance(close, 3, 4);

    expect([before, walk.closed]).toEqual([false, true]);
  });
});
