import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { HeadLimits } from '../../../src/balancer/http/head-limits.ts';
import { HeldRequest } from '../../../src/balancer/http/held-request.ts';
import { MessageBody } from '../../../src/balancer/http/message-body.ts';
import { PartialHead } from '../../../src/balancer/http/partial-head.ts';
import { createRetryBudget } from '../../../src/balancer/http/retry-budget.ts';
import { incomplete, malformed } from '../../../src/balancer/http/verdicts.ts';
import { frontRoom } from '../../../src/balancer/transport/buffers.ts';

const limits: HeadLimits = { headBytes: 100, headFields: 10 };

function chunkedBody(): MessageBody {
  const body = new MessageBody();
  body.begin('Chunked', 0, limits);
  return body;
}

const walkText = (text: string): number => {
  const bytes = Buffer.from(text, 'latin1');
  return chunkedBody().advance(bytes, 0, bytes.length);
};

describe('the chunked coding', () => {
  it.each([
    { name: 'an empty body', text: '0\r\n\r\n' },
    { name: 'chunks', text: '3\r\nabc\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n' },
    { name: 'capital digits and leading zeros', text: '00A\r\n0123456789\r\n000\r\n\r\n' },
    { name: 'trailers', text: '0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n' },
    { name: 'data that looks like framing', text: '7\r\n0\r\n\r\n0\r\r\n0\r\n\r\n' },
  ])('finds the end of $name', ({ text }) => {
    expect(walkText(text)).toBe(text.length);
    expect(walkText(`${text}GET /`)).toBe(text.length);
  });

  it.each([
    { name: 'no size', text: '\r\nabc\r\n0\r\n\r\n' },
    { name: 'a sign', text: '+3\r\nabc\r\n0\r\n\r\n' },
    { name: 'a prefix', text: '0x3\r\nabc\r\n0\r\n\r\n' },
    { name: 'a blank behind the size', text: '3 \r\nabc\r\n0\r\n\r\n' },
    { name: 'a blank before the size', text: ' 3\r\nabc\r\n0\r\n\r\n' },
    { name: 'an underscore', text: '1_0\r\nabc\r\n0\r\n\r\n' },
    { name: 'a bare semicolon', text: '3;\r\nabc\r\n0\r\n\r\n' },
    { name: 'an extension', text: '3;a=b\r\nabc\r\n0\r\n\r\n' },
    { name: 'a size that overflows', text: '10000000000000003\r\nabc\r\n0\r\n\r\n' },
    { name: 'a size line that ends in LF', text: '3\nabc\r\n0\r\n\r\n' },
    { name: 'a size line that ends in CR', text: '3\rabc\r\n0\r\n\r\n' },
    { name: 'more data than the size says', text: '2\r\nabc\r\n0\r\n\r\n' },
    { name: 'data that ends in LF', text: '3\r\nabc\n0\r\n\r\n' },
    { name: 'an end that is only LF', text: '0\r\n\n' },
  ])('refuses $name', ({ text }) => {
    expect(walkText(text)).toBe(malformed);
  });

  it.each([
    { name: 'a body', trailers: 'X: a\r\n\r\n', good: true },
    { name: 'a body with bad trailers', trailers: 'X: a\r\nHost: b\r\n\r\n', good: false },
    { name: 'a body with a bad line among its trailers', trailers: 'X: a\r\nGET /\r\n\r\n', good: false },
  ])('answers the same of $name however the bytes are cut, and lets no trailer out before all of them came', (row) => {
    const chunks = '3\r\nabc\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n';
    const whole = chunks.length + row.trailers.length;
    const bytes = Buffer.from(`${chunks}${row.trailers}GET`);

    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 80, maxLength: 80 }), (sizes) => {
        const body = chunkedBody();
        let end = 0;
        let passed = 0;
        let next = incomplete;
        for (const size of sizes) {
          end = Math.min(end + size, bytes.length);
          next = body.advance(bytes, passed, end);
          if (next !== incomplete) break;
          passed = end - body.kept;
        }

        expect({ next, passed }).toEqual({
          next: row.good ? whole : malformed,
          passed: Math.min(passed, chunks.length),
        });
      }),
    );
  });

  it('can be followed again after a body that broke off', () => {
    const body = chunkedBody();
    const bytes = Buffer.from('ff\r\nabc');
    body.advance(bytes, 0, bytes.length);

    body.begin('Chunked', 0, limits);

    expect(body.advance(Buffer.from('0\r\n\r\n'), 0, 5)).toBe(5);
  });
});

describe('a body of a known length', () => {
  it('ends at its last byte, also over several reads', () => {
    const body = new MessageBody();
    body.begin('Length', 5, limits);

    expect(body.advance(Buffer.from('abc'), 0, 3)).toBe(incomplete);
    expect(body.advance(Buffer.from('..deGET'), 2, 7)).toBe(4);
  });
});

describe('PartialHead', () => {
  const text = 'GET / HTTP/1.1\r\nHost: a\r\n\r\nbody';
  const add = (partial: PartialHead, part: string, headBytes = 1000): boolean =>
    partial.add(Buffer.from(`..${part}..`), 2, 2 + part.length, { headBytes, headFields: 10 });
  const collected = ({ bytes, start, end }: PartialHead): string => bytes.toString('latin1', start, end);

  it('collects a head that comes byte by byte, and is worth a look at each end of a line', () => {
    const partial = new PartialHead();

    const worth = text.split('').filter((letter) => add(partial, letter));

    expect(collected(partial)).toBe(text);
    expect(worth.join('')).toBe('\n\n\n');
  });

  it('is worth a look when it is too large', () => {
    const partial = new PartialHead();

    expect([add(partial, 'a'.repeat(101), 100), add(partial, 'a', 100)]).toEqual([false, true]);
  });

  it('grows, and keeps room in front', () => {
    const partial = new PartialHead();
    const parts = Array.from({ length: 50 }, (_, index) => `${index}:${'a'.repeat(index * 7)}`);

    for (const part of parts) add(partial, part);

    expect(collected(partial)).toBe(parts.join(''));
    expect(partial.start).toBe(frontRoom);
  });

  it('keeps a copy of its own: the read buffer is used again', () => {
    const shared = Buffer.from('GET / HT');
    const partial = PartialHead.of(shared, 0, shared.length);

    shared.fill('x');

    expect(collected(partial)).toBe('GET / HT');
  });
});

describe('HeldRequest', () => {
  /** With this head, and these parts of the body given by `add`. */
  function held(repeatable: boolean, ...unsent: string[]): HeldRequest {
    const request = new HeldRequest();
    request.begin(100, repeatable);
    request.setHead(request.bytes.write('HEAD '));
    for (const part of unsent) addUnsent(request, Buffer.from(part));
    return request;
  }
  const addUnsent = (request: HeldRequest, part: Buffer): void => request.addUnsent(part, 0, part.length);
  const addSent = (request: HeldRequest, part: Buffer): void => request.addSent(part, 0, part.length);
  const textOf = ({ bytes, end }: HeldRequest): string => bytes.toString('latin1', 0, end);

  it('can be sent again as long as all of it is held', () => {
    const request = held(true, 'one ');

    request.sent();
    addSent(request, Buffer.from('two'));

    expect(request.whole).toBe(true);
    expect(textOf(request)).toBe('HEAD one two');
  });

  it('keeps copies of its own: the read buffer is used again', () => {
    const request = held(true);
    const shared = Buffer.from('body');
    addSent(request, shared);

    shared.fill('x');

    expect(textOf(request)).toBe('HEAD body');
  });

  it('lets go of a body beyond 64 KiB', () => {
    const request = held(true);
    addSent(request, Buffer.alloc(65_536));
    expect(request.whole).toBe(true);

    addSent(request, Buffer.alloc(1));

    expect(request.whole).toBe(false);
  });

  it('holds what was not sent yet, whatever its size', () => {
    const request = held(false);

    addUnsent(request, Buffer.alloc(100_000));

    expect(request.end).toBe(100_005);
  });

  it.each([
    {
      name: 'when all of it was sent',
      act: (request: HeldRequest) => {
        addUnsent(request, Buffer.from('b'));
        request.sent();
      },
    },
    { name: 'when a part of it was sent', act: (request: HeldRequest) => addSent(request, Buffer.from('b')) },
  ])('lets go of what must not be sent again $name', ({ act }) => {
    const request = held(false);

    act(request);

    expect(request.whole).toBe(false);
  });

  it('may send a head without a body again, even if it must not repeat', () => {
    const request = held(false);

    request.sent();

    expect(request.whole).toBe(true);
  });

  it('does not write over memory that a queued write may refer to when it grows', () => {
    const request = held(true);
    const before = request.bytes;

    addUnsent(request, Buffer.alloc(10_000, 'b'));

    expect(before.toString('latin1', 0, 5)).toBe('HEAD ');
    expect(request.bytes).not.toBe(before);
  });

  it.each([
    { name: 'gives its memory to the next request', free: true },
    { name: 'leaves memory alone that a queued write refers to', free: false },
  ])('$name', ({ free }) => {
    const request = held(true);
    const before = request.bytes;

    request.release(free);

    expect(held(true).bytes === before).toBe(free);
  });
});

describe('createRetryBudget', () => {
  const settings = { budgetPercent: 20, budgetMinimum: 3 };
  const taken = (requests: number) => {
    const budget = createRetryBudget();
    for (let request = 0; request < requests; request += 1) budget.request(0);
    let count = 0;
    while (count < 1000 && budget.take(settings, 0)) count += 1;
    return { budget, count };
  };

  it.each([
    { requests: 0, retries: 3 },
    { requests: 10, retries: 3 },
    { requests: 100, retries: 20 },
  ])('allows $retries retries for $requests requests', ({ requests, retries }) => {
    expect(taken(requests).count).toBe(retries);
  });

  it('forgets after 10 s', () => {
    const { budget } = taken(100);

    expect(budget.take(settings, 9999)).toBe(false);
    expect(budget.take(settings, 10_000)).toBe(true);
  });
});
