import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { walkBody } from '../../../src/balancer/http/body-walk.ts';
import { createHeadReader } from '../../../src/balancer/http/head-reader.ts';
import { HeldRequest, isRepeatable } from '../../../src/balancer/http/held-request.ts';
import { parseRequestHead } from '../../../src/balancer/http/request-head.ts';
import { createRetryBudget } from '../../../src/balancer/http/retry-budget.ts';

const walkText = (text: string, trailerBytes = 100) =>
  walkBody({ kind: 'Chunked' }, trailerBytes).advance(Buffer.from(text, 'latin1'), 0);

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
    { name: 'a trailer that ends in LF', text: '0\r\nX: a\n\r\n' },
    { name: 'a folded trailer', text: '0\r\nX: a\r\n b\r\n\r\n' },
    { name: 'an end that is only LF', text: '0\r\n\n' },
    { name: 'endless trailers', text: `0\r\n${'X: aaaaaaaa\r\n'.repeat(20)}\r\n` },
  ])('refuses $name', ({ text }) => {
    expect(walkText(text)).toBe('Bad');
  });

  it('finds the same end however the bytes are cut', () => {
    const body = '3\r\nabc\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nX: a\r\n\r\n';

    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 60, maxLength: 60 }), (sizes) => {
        const walk = walkBody({ kind: 'Chunked' }, 100);
        const bytes = Buffer.from(`${body}GET`);
        let from = 0;
        let end: number | 'More' | 'Bad' = 'More';
        for (const size of sizes) {
          const part = bytes.subarray(from, from + size);
          end = walk.advance(part, 0);
          if (end !== 'More') break;
          from += part.length;
        }

        expect(end === 'More' || end === 'Bad' ? end : from + end).toBe(body.length);
      }),
    );
  });
});

describe('a body of a known length', () => {
  it('ends at its last byte, also over several reads', () => {
    const walk = walkBody({ kind: 'Length', bytes: 5 }, 0);

    expect(walk.advance(Buffer.from('abc'), 0)).toBe('More');
    expect(walk.advance(Buffer.from('deGET'), 0)).toBe(2);
  });
});

describe('createHeadReader', () => {
  it('finds the end of a head that comes byte by byte, and what is behind it', () => {
    const reader = createHeadReader(100);
    const text = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
    const results = text
      .slice(0, -1)
      .split('')
      .map((letter) => reader.push(Buffer.from(letter)));

    const whole = reader.push(Buffer.from('\nbody'));

    expect(new Set(results)).toEqual(new Set(['More']));
    expect(whole).toMatchObject({ text: 'GET / HTTP/1.1\r\nHost: a' });
    expect(whole === 'More' || whole === 'TooLarge' ? '' : whole.rest.toString()).toBe('body');
  });

  it.each([
    { name: 'without an end', text: 'a'.repeat(101) },
    { name: 'with an end that comes too late', text: `${'a'.repeat(101)}\r\n\r\n` },
  ])('refuses a head that is too large, $name', ({ text }) => {
    expect(createHeadReader(100).push(Buffer.from(text))).toBe('TooLarge');
  });

  it('keeps a copy of its own: the read buffer is used again', () => {
    const reader = createHeadReader(100);
    const shared = Buffer.from('GET / HT');
    reader.push(shared);
    shared.fill('x');

    expect(reader.partial()).toBe('GET / HT');
  });
});

describe('isRepeatable', () => {
  it.each([
    { request: 'GET', repeatable: true },
    { request: 'HEAD', repeatable: true },
    { request: 'OPTIONS', repeatable: true },
    { request: 'PUT', repeatable: true },
    { request: 'DELETE', repeatable: true },
    { request: 'POST', repeatable: false },
    { request: 'PATCH', repeatable: false },
    { request: 'POST', field: 'Idempotency-Key: "x"', repeatable: true },
    { request: 'GET', field: 'Upgrade: websocket\r\nConnection: upgrade', repeatable: false },
  ])('$request with $field: $repeatable', ({ request, field, repeatable }) => {
    const result = parseRequestHead(`${request} / HTTP/1.1\r\nHost: a${field === undefined ? '' : `\r\n${field}`}`);

    expect(!('status' in result) && isRepeatable(result)).toBe(repeatable);
  });
});

describe('HeldRequest', () => {
  it('can be sent again as long as all of it is held', () => {
    const held = new HeldRequest('HEAD ', true);
    held.addUnsent(Buffer.from('one '));
    held.sent();
    held.addSent(Buffer.from('two'));

    expect(held.head).toBe('HEAD ');
    expect(held.body()?.toString()).toBe('one two');
  });

  it('keeps copies of its own: the read buffer is used again', () => {
    const held = new HeldRequest('', true);
    const shared = Buffer.from('body');
    held.addSent(shared);
    shared.fill('x');

    expect(held.body()?.toString()).toBe('body');
  });

  it('lets go of a body beyond 64 KiB', () => {
    const held = new HeldRequest('', true);
    held.addSent(Buffer.alloc(65_536));
    expect(held.whole).toBe(true);

    held.addSent(Buffer.alloc(1));

    expect(held.whole).toBe(false);
    expect(held.body()).toBeUndefined();
  });

  it('holds what was not sent yet, whatever its size', () => {
    const held = new HeldRequest('', false);
    held.addUnsent(Buffer.alloc(100_000));

    expect(held.body()).toHaveLength(100_000);
  });

  it.each([
    {
      name: 'when all of it was sent',
      act: (held: HeldRequest) => {
        held.addUnsent(Buffer.from('b'));
        held.sent();
      },
    },
    { name: 'when a part of it was sent', act: (held: HeldRequest) => held.addSent(Buffer.from('b')) },
  ])('lets go of what must not be sent again $name', ({ act }) => {
    const held = new HeldRequest('', false);

    act(held);

    expect(held.whole).toBe(false);
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
