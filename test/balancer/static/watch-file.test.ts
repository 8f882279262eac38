import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import { staticBackends, withStaticAddresses } from '../../../src/balancer/static/static-backends.ts';
import { watchFile } from '../../../src/balancer/static/watch-file.ts';
import { FakeClock } from '../../kube/fake-clock.ts';

let stop: AbortController;
beforeEach(() => {
  stop = new AbortController();
});
afterEach(() => stop.abort());

function watching(first: string) {
  const clock = new FakeClock();
  const disk: { text: string | Error } = { text: first };
  const seen: string[] = [];
  void watchFile(
    {
      path: 'balancer.yaml',
      clock,
      intervalMilliseconds: 500,
      known: first,
      onChange: (text) => {
        seen.push(text);
        return Promise.resolve();
      },
      read: () => (typeof disk.text === 'string' ? Promise.resolve(disk.text) : Promise.reject(disk.text)),
    },
    stop.signal,
  );
  return { clock, disk, seen };
}

describe('watchFile', () => {
  it('reports each new text once', async () => {
    const { clock, disk, seen } = watching('a');
    await clock.advance(2000);
    disk.text = 'b';
    await clock.advance(2000);
    disk.text = 'a';
    await clock.advance(500);

    expect(seen).toEqual(['b', 'a']);
  });

  it('waits out a file that is away or empty: someone is writing it', async () => {
    const { clock, disk, seen } = watching('a');
    disk.text = new Error('ENOENT');
    await clock.advance(1000);
    disk.text = '\n';
    await clock.advance(1000);
    disk.text = 'b';
    await clock.advance(1000);

    expect(seen).toEqual(['b']);
  });
});

describe('static configuration', () => {
  it('takes every backend for ready, and serves this machine only', () => {
    const config = BalancerConfig.parse({
      listeners: [
        { name: 'ssh', protocol: 'TCP', port: 22 },
        { name: 'http', protocol: 'HTTP', port: 80, address: '0.0.0.0' },
      ],
      backends: [{ name: 'prod-0', address: 'a.example', port: 1 }],
    });

    expect(withStaticAddresses(config).listeners.map(({ address }) => address)).toEqual(['127.0.0.1', '0.0.0.0']);
    expect(staticBackends(config.backends)).toEqual([
      { name: 'prod-0', address: 'a.example', port: 1, ready: true, serving: true, draining: false },
    ]);
  });
});
