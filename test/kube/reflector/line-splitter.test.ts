import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { LineSplitter } from '../../../src/kube/reflector/line-splitter.ts';

describe('LineSplitter', () => {
  it('finds the same lines wherever the bytes are cut', () => {
    const text = fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ' '));

    fc.assert(
      fc.property(fc.array(text), fc.array(fc.integer({ min: 1, max: 7 })), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const splitter = new LineSplitter();
        const found: string[] = [];

        let from = 0;
        for (const length of cuts) {
          found.push(...splitter.push(bytes.subarray(from, from + length)));
          from += length;
        }
        found.push(...splitter.push(bytes.subarray(from)));

        expect(found).toEqual(lines);
        expect(splitter.hasRest).toBe(false);
      }),
    );
  });

  it('knows when it stopped in the middle of a line', () => {
    const splitter = new LineSplitter();

    splitter.push(Buffer.from('one\ntw'));

    expect(splitter.hasRest).toBe(true);
  });

  it('gives up on a line that has no end', () => {
    const splitter = new LineSplitter();
    const chunk = Buffer.alloc(8 * 1024 * 1024, 'x');

    const pushing = () => {
      for (let chunks = 0; chunks < 5; chunks++) splitter.push(chunk);
    };

    expect(pushing).toThrow('without a line end');
  });
});
