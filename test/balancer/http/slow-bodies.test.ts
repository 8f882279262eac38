import { afterEach, describe, expect, it } from '@jest/globals';
import { BodyPace } from '../../../src/balancer/http/body-pace.ts';
import { soon } from '../../kube/soon.ts';
import { type Scene, startScene } from '../scene.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

describe('BodyPace', () => {
  /** Ticks once a second; gives the seconds at which the body was too slow. */
  function tooSlowAt(
    seconds: number,
    octetsAt: (second: number) => number,
    beforeTick: (pace: BodyPace) => void = () => {},
  ): number[] {
    const pace = new BodyPace();
    pace.isTooSlow(1, 0, 100, 0);
    let octets = 0;
    const found: number[] = [];
    for (let second = 1; second <= seconds; second += 1) {
      octets += octetsAt(second);
      beforeTick(pace);
      if (pace.isTooSlow(1, octets, 100, second * 1000)) found.push(second);
    }
    return found;
  }

  it.each([
    { name: 'enough each second', octetsAt: () => 100, found: [] },
    { name: 'a little less each second', octetsAt: () => 99, found: [10, 20, 30] },
    { name: 'nothing', octetsAt: () => 0, found: [10, 20, 30] },
    { name: 'enough for a window in one go', octetsAt: (second: number) => (second % 10 === 1 ? 1000 : 0), found: [] },
    {
      name: 'a fast beginning, which is worth no later pause',
      octetsAt: (second: number) => (second === 1 ? 1e6 : 0),
      found: [20, 30],
    },
  ])('judges $name', ({ octetsAt, found }) => {
    expect(tooSlowAt(30, octetsAt)).toEqual(found);
  });

  it('does not count a time in which we did not read, or not all of it', () => {
    const pauses = (pace: BodyPace): void => {
      pace.pause();
      pace.resume();
    };

    expect(tooSlowAt(60, () => 0, pauses)).toEqual([]);
    expect(
      tooSlowAt(
        60,
        () => 0,
        (pace) => pace.pause(),
      ),
    ).toEqual([]);
  });

  it('counts again once we read', () => {
    const pace = new BodyPace();
    pace.isTooSlow(1, 0, 100, 0);
    pace.pause();
    pace.isTooSlow(1, 0, 100, 60_000);
    pace.resume();
    pace.isTooSlow(1, 0, 100, 61_000);

    expect(pace.isTooSlow(1, 0, 100, 70_999)).toBe(false);
    expect(pace.isTooSlow(1, 0, 100, 71_000)).toBe(true);
  });

  it('is content with everything when the least speed is 0', () => {
    const pace = new BodyPace();
    pace.isTooSlow(1, 0, 0, 0);

    expect(pace.isTooSlow(1, 0, 0, 3_600_000)).toBe(false);
  });

  it('begins anew with each request', () => {
    const pace = new BodyPace();
    pace.isTooSlow(1, 0, 100, 0);

    expect(pace.isTooSlow(2, 0, 100, 3_600_000)).toBe(false);
    expect(pace.isTooSlow(2, 0, 100, 3_609_000)).toBe(false);
  });
});

async function scene(limits: NonNullable<Parameters<typeof startScene>[0]>['limits'] = {}): Promise<Scene> {
  const here = await startScene({ limits });
  cleanups.push(() => here.close());
  return here;
}

const upload = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n';

/** Sends a part each second, and waits until the balancer has read it. */
async function drip({ clock, rig, client }: Scene, seconds: number, octets: number): Promise<void> {
  const received = (): number => rig.metric('gatewaypool_balancer_bytes_total{listener="http",direction="in"}') ?? 0;
  for (let second = 0; second < seconds && !client.closed && !client.ended; second += 1) {
    const before = received();
    client.send('b'.repeat(octets));
    await soon('the part', () => received() >= before + octets || client.ended || client.closed);
    await clock.advance(1000);
  }
}

const bodyTimeouts = ({ rig }: Scene): number | undefined =>
  rig.metric('gatewaypool_balancer_rejected_total{listener="http",reason="BodyTimeout"}');

describe('a request body that comes slowly', () => {
  it('is answered 408, and its backend does not take it for whole', async () => {
    const here = await scene();
    here.client.send(upload);
    const upstream = await here.backend.connection(0);

    await drip(here, 12, 20);

    expect(await here.client.ends()).toMatch(/^HTTP\/1\.1 408 [^]*\r\nConnection: close\r\n/);
    expect(bodyTimeouts(here)).toBe(1);
    await upstream.ends();
  });

  it('goes on when it is just fast enough', async () => {
    const here = await scene();
    here.client.send(upload);
    const upstream = await here.backend.connection(0);

    await drip(here, 30, 110);

    expect(here.client.ended).toBe(false);
    expect(upstream.ended).toBe(false);
    expect(bodyTimeouts(here)).toBeUndefined();
  });

  it('breaks off a response that has begun', async () => {
    const here = await scene();
    here.client.send(upload);
    const upstream = await here.backend.connection(0);
    await upstream.receives('POST');
    upstream.send('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun');
    await here.client.receives('begun');

    await drip(here, 12, 20);

    await here.client.closes();
    expect(here.client.error).toBe('ECONNRESET');
    expect(here.client.text).not.toContain('408');
  });

  it('is not held against the client when the backend does not take it', async () => {
    const here = await scene();
    here.client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n');
    const upstream = await here.backend.connection(0);
    await upstream.receives('POST');
    upstream.socket.pause();
    const part = Buffer.alloc(1024 * 1024, 'a');
    for (let count = 0; count < 64; count += 1) here.client.socket.write(part);
    const queued = (): number => here.client.socket.writableLength;
    let before = -1;
    await soon('an upload that stands still', async () => {
      const stands = queued() === before && before > 0;
      before = queued();
      await here.clock.advance(1);
      return stands;
    });

    await here.clock.advance(60_000);

    expect(here.client.ended).toBe(false);
    expect(bodyTimeouts(here)).toBeUndefined();
  });

  it('may be as slow as it likes when the limit is off', async () => {
    const here = await scene({ minimumBodyBytesPerSecond: 0 });
    here.client.send(upload);
    await here.backend.connection(0);

    await drip(here, 25, 1);

    expect(here.client.ended).toBe(false);
  });

  it('gives each request of a connection its own grace', async () => {
    const here = await scene();
    for (const index of [0, 1, 2]) {
      here.client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n');
      await drip(here, 8, 1);
      const upstream = await here.backend.connection(0);
      await upstream.receives('bbbbbbbb', index + 1);
      upstream.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      await here.client.receives('ok', index + 1);
    }

    expect(bodyTimeouts(here)).toBeUndefined();
  });
});
