import { describe, expect, it } from '@jest/globals';
import { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import { drainReadiness } from '../../../src/balancer/drain/readiness.ts';

const listening = BalancerConfig.parse({ listeners: [{ name: 'ssh', protocol: 'TCP', port: 22 }] });
const outbound = BalancerConfig.parse({});

describe('drainReadiness', () => {
  it.each([
    { name: 'takes it from an instance that was ordered to drain', ordered: true, config: listening, ok: false },
    { name: 'leaves it to a pod that merely ends', ordered: false, config: listening, ok: undefined },
    { name: 'leaves it to a gateway that nobody dials', ordered: true, config: outbound, ok: undefined },
    { name: 'has no say before there are settings', ordered: true, config: undefined, ok: undefined },
  ])('$name', ({ ordered, config, ok }) => {
    expect(drainReadiness(ordered, config)?.ok).toBe(ok);
  });
});
