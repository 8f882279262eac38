import { describe, expect, it } from '@jest/globals';
import { forwardRequest, linesOf } from '../../../src/balancer/http/forward-request.ts';
import { HeldRequest } from '../../../src/balancer/http/held-request.ts';
import { RequestHead } from '../../../src/balancer/http/request-head.ts';

type Told = Parameters<typeof linesOf>[2];

/** The fields that say who the client is, as the backend gets them. */
function told(client: { address: string; secure?: boolean; told: Told }, ...fields: string[]): string[] {
  const text = ['GET /a HTTP/1.1', 'Host: gateway.example', ...fields, '', ''].join('\r\n');
  const bytes = Buffer.from(text, 'latin1');
  const head = new RequestHead();
  head.read(bytes, 0, bytes.length, { headBytes: 16_384, headFields: 100 });
  const held = new HeldRequest();
  forwardRequest(head, bytes, linesOf(client.address, client.secure ?? false, client.told), held);
  const lines = held.bytes.toString('latin1', 0, held.end).split('\r\n');
  return lines.filter((line) => /^(x-)?forwarded/iu.test(line));
}

const address = '192.0.2.7';

describe('what a backend is told of the client', () => {
  it.each([
    {
      name: 'by X-Forwarded-For alone, unless it is asked for more',
      lines: told({ address, told: 'XForwarded' }),
      says: ['X-Forwarded-For: 192.0.2.7'],
    },
    {
      name: 'by Forwarded too',
      lines: told({ address, told: 'Both' }),
      says: ['X-Forwarded-For: 192.0.2.7', 'Forwarded: for=192.0.2.7;proto=http'],
    },
    {
      name: 'with TLS',
      lines: told({ address, secure: true, told: 'Both' }),
      says: ['X-Forwarded-For: 192.0.2.7', 'X-Forwarded-Proto: https', 'Forwarded: for=192.0.2.7;proto=https'],
    },
    {
      name: 'with an IPv6 address in quotes and brackets, as RFC 7239 §6 wants it',
      lines: told({ address: '2001:db8::7', told: 'Both' }),
      says: ['X-Forwarded-For: 2001:db8::7', 'Forwarded: for="[2001:db8::7]";proto=http'],
    },
    {
      name: 'behind what came with the request',
      lines: told({ address, told: 'Both' }, 'Forwarded: for=203.0.113.1', 'X-Forwarded-For: 203.0.113.1'),
      says: [
        'Forwarded: for=203.0.113.1',
        'X-Forwarded-For: 203.0.113.1, 192.0.2.7',
        'Forwarded: for=192.0.2.7;proto=http',
      ],
    },
    {
      name: 'with an upgrade',
      lines: told({ address, told: 'Both' }, 'Connection: upgrade', 'Upgrade: websocket'),
      says: ['X-Forwarded-For: 192.0.2.7', 'Forwarded: for=192.0.2.7;proto=http'],
    },
  ])('$name', ({ lines, says }) => {
    expect(lines).toEqual(says);
  });

  it('is of this client, and not of the one before', () => {
    const one = told({ address, told: 'Both' });
    const other = told({ address: '192.0.2.8', told: 'Both' });
    const without = told({ address: '192.0.2.8', told: 'XForwarded' });

    expect([one, other, without].map((lines) => lines.length)).toEqual([2, 2, 1]);
    expect(other[1]).toBe('Forwarded: for=192.0.2.8;proto=http');
  });
});
