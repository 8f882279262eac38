import { afterEach, describe, expect, it } from '@jest/globals';
import { type Target, targetAt } from '../../../src/balancer/backend.ts';
import { HealthCheck } from '../../../src/balancer/config/schema.ts';
import { checkHttp } from '../../../src/balancer/health/http-check.ts';
import { type CheckedListener, runProber } from '../../../src/balancer/health/prober.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { rawServer, type RawSocket } from '../raw-socket.ts';
import { freePort } from '../rig.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function prober(targets: number, settings: Partial<HealthCheck> = {}, isUp = () => true) {
  const clock = new FakeClock();
  const stop = new AbortController();
  cleanups.push(() => stop.abort());
  const started: { name: string; at: number }[] = [];
  const results: string[] = [];
  const answers: ((passed: boolean) => void)[] = [];
  const listener: CheckedListener = {
    checkTargets: () => Array.from({ length: targets }, (_, index) => targetAt(`prod-${index}`, '127.0.0.1', 80)),
    checked: ({ name }, passed) => results.push(`${name} ${passed}`),
    isUp,
  };
  const run = runProber(
    {
      clock,
      random: () => 0,
      settings: () => HealthCheck.parse(settings),
      listeners: () => [listener],
      check: ({ name }) => {
        started.push({ name, at: clock.monotonicMilliseconds() });
        return new Promise((resolve) => answers.push(resolve));
      },
    },
    stop.signal,
  );
  return { clock, stop, started, results, answers, run };
}

describe('runProber', () => {
  it('spreads the checks of a round over the interval', async () => {
    const { clock, started } = prober(2);

    await clock.advance(999);

    expect(started.map(({ name, at }) => `${name} at ${at}`)).toEqual([
      'prod-0 at 0',
      'prod-1 at 250',
      'prod-0 at 500',
      'prod-1 at 750',
    ]);
  });

  it('does not wait for a target that hangs: its next check starts in time', async () => {
    const { clock, started } = prober(1);

    await clock.advance(1500);

    expect(started).toHaveLength(4);
  });

  it('sends at most 20 checks per second, however large the pool', async () => {
    const { clock, started } = prober(100);

    await clock.advance(10_000);

    // Twice as many while they are all silent: some are asked out of turn.
    expect(started.length).toBeLessThanOrEqual(401);
    expect(new Set(started.map(({ name }) => name)).size).toBe(100);
  });

  it('hands over the results', async () => {
    const { clock, results, answers } = prober(2);
    await clock.advance(300);

    answers[1]?.(true);
    answers[0]?.(false);
    await clock.advance(1);

    expect(results).toEqual(['prod-1 true', 'prod-0 false']);
  });

  it('takes silence for an interval as a failure, and says so once', async () => {
    const { clock, results, answers } = prober(1, { intervalMilliseconds: 500, timeoutMilliseconds: 1000 });

    await clock.advance(499);
    expect(results).toEqual([]);
    await clock.advance(501);
    expect(results).toEqual(['prod-0 false', 'prod-0 false']);
    answers[0]?.(false);
    await clock.advance(1);

    expect(results).toHaveLength(2);
  });

  it('takes an answer that comes late, but in time, as a pass', async () => {
    const { clock, results, answers } = prober(1, { intervalMilliseconds: 500, timeoutMilliseconds: 1000 });
    await clock.advance(800);

    answers[0]?.(true);
    await clock.advance(1);

    expect(results).toEqual(['prod-0 false', 'prod-0 true']);
  });

  it('does not wait longer than the time-out when that is shorter than the interval', async () => {
    const { clock, results } = prober(1, { intervalMilliseconds: 5000, timeoutMilliseconds: 300 });

    await clock.advance(300);

    expect(results).toEqual(['prod-0 false']);
  });

  it.each([
    { state: 'up', isUp: true, times: [0, 500, 1000, 1500] },
    { state: 'down', isUp: false, times: [0] },
  ])('asks a silent target of a large pool again each interval while it is $state', async ({ isUp, times }) => {
    const { clock, started } = prober(100, {}, () => isUp);

    await clock.advance(1900);

    expect(started.filter(({ name }) => name === 'prod-0').map(({ at }) => at)).toEqual(times);
  });

  it('asks nobody in passive mode', async () => {
    const { clock, started } = prober(3, { mode: 'Passive' });

    await clock.advance(10_000);

    expect(started).toEqual([]);
  });

  it('ends when told to, and says nothing of checks under way', async () => {
    const { clock, stop, results, answers, run } = prober(1);
    await clock.advance(1);

    stop.abort();
    await run;
    answers[0]?.(false);
    await clock.advance(1);

    expect(results).toEqual([]);
  });
});

describe('checkHttp', () => {
  const never = new AbortController().signal;

  async function answering(answer: (socket: RawSocket) => void): Promise<{ target: Target; requests: () => string[] }> {
    const server = await rawServer((socket) => socket.socket.once('data', () => answer(socket)));
    cleanups.push(() => server.close());
    return {
      target: targetAt('prod-0', '127.0.0.1', server.port),
      requests: () => server.connections.map(({ text }) => text),
    };
  }

  it.each([
    { answer: 'HTTP/1.1 200 OK\r\n\r\n', passed: true },
    { answer: 'HTTP/1.1 302 Found\r\n\r\n', passed: true },
    { answer: 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', passed: true },
    { answer: 'HTTP/1.1 500 Oops\r\n\r\n', passed: false },
    { answer: 'HTTP/1.1 503 Not Now\r\n\r\n', passed: false },
    { answer: 'SSH-2.0-OpenSSH_9.2\r\n\r\n', passed: false },
  ])('takes $answer for $passed', async ({ answer, passed }) => {
    const { target, requests } = await answering((socket) => socket.send(answer));

    expect(await checkHttp(target, '/healthz', 4000, never)).toBe(passed);
    expect(requests()[0]).toMatch(/^GET \/healthz HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/);
  });

  it('fails when the answer ends too early', async () => {
    const { target } = await answering((socket) => {
      socket.send('HTTP/1.1 200 OK\r\n');
      socket.socket.end();
    });

    expect(await checkHttp(target, '/', 4000, never)).toBe(false);
  });

  it('fails when nobody listens', async () => {
    const target = targetAt('prod-0', '127.0.0.1', await freePort());

    expect(await checkHttp(target, '/', 4000, never)).toBe(false);
  });

  it('fails when the answer does not come in time', async () => {
    const { target } = await answering(() => {});

    expect(await checkHttp(target, '/', 50, never)).toBe(false);
  });

  it('gives up when the balancer stops', async () => {
    const { target } = await answering(() => {});

    expect(await checkHttp(target, '/', 4000, AbortSignal.timeout(20))).toBe(false);
  });
});
