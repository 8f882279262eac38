import { describe, expect, it } from '@jest/globals';
import { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import { readiness } from '../../../src/balancer/readiness/readiness.ts';
import type { ReadinessFacts } from '../../../src/balancer/readiness/readiness.ts';

const listeners = [
  { name: 'ssh', protocol: 'TCP', port: 15_100, targetPort: 2222 },
  { name: 'http', protocol: 'HTTP', port: 15_101, targetPort: 8080 },
];
const config = BalancerConfig.parse({ listeners });
const outboundOnly = BalancerConfig.parse({});

const facts = (changes: Partial<ReadinessFacts> = {}): ReadinessFacts => ({
  seatTaken: true,
  config,
  listenProblem: undefined,
  listening: new Set([15_100, 15_101, 2222, 8080]),
  ...changes,
});

describe('readiness', () => {
  it.each([
    { name: 'the gateway listens on every target port', given: facts() },
    {
      name: 'an outbound-only gateway has its seat',
      given: facts({ config: outboundOnly, listening: new Set() }),
    },
  ])('is given when $name', ({ given }) => {
    expect(readiness(given).ok).toBe(true);
  });

  it.each([
    { name: 'the seat is not taken', given: facts({ seatTaken: false }), message: /may not start yet/ },
    { name: 'no configuration was read', given: facts({ config: undefined }), message: /not been read/ },
    {
      name: 'a listener could not be opened',
      given: facts({ listenProblem: 'Port 15100 is taken' }),
      message: /taken/,
    },
    {
      name: 'one port is missing',
      given: facts({ listening: new Set([2222]) }),
      message: /not listen on port 8080 yet/,
    },
    {
      name: 'all ports are missing, though the balancer itself listens',
      given: facts({ listening: new Set([15_100, 15_101]) }),
      message: /not listen on port 2222, 8080 yet/,
    },
    {
      name: 'an outbound-only gateway has no seat',
      given: facts({ config: outboundOnly, seatTaken: false }),
      message: /may not start yet/,
    },
  ])('is refused when $name', ({ given, message }) => {
    expect(readiness(given)).toEqual({ ok: false, message: expect.stringMatching(message) });
  });
});
