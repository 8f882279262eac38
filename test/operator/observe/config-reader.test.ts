import { describe, expect, it } from '@jest/globals';
import { Store } from '../../../src/kube/cache/store.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { KubeError } from '../../../src/kube/errors.ts';
import { trusted } from '../../../src/kube/json.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { ConfigReader } from '../../../src/operator/observe/config-reader.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { renderedPool } from '../render/rendered-pool.ts';

const pool = renderedPool();
const signal = new AbortController().signal;
const minute = 60_000;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The Secrets that the API server has; the only call that a reader makes is a GET. */
interface Setup {
  readonly reader: ConfigReader;
  readonly clock: FakeClock;
  readonly watched: Store<KubeObject>;
  answer: () => Record<string, string>;
  reads: number;
}

function setup(): Setup {
  const clock = new FakeClock();
  const watched = new Store<KubeObject>();
  const made: Setup = {
    clock,
    watched,
    answer: () => ({ config: base64('identity') }),
    reads: 0,
    reader: new ConfigReader({
      client: trusted<KubeClient>({
        get: async () => {
          made.reads += 1;
          return { data: made.answer() };
        },
      }),
      watched,
      clock,
      random: () => 0.5,
    }),
  };
  return made;
}

const label = (watched: Store<KubeObject>, resourceVersion: string): void =>
  watched.put(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'prod-gateway', namespace: 'team-a', uid: 's', resourceVersion },
    },
    resourceVersion,
  );

const refusedWith = (status: number, reason: string): (() => never) => {
  return () => {
    throw new KubeError(`GET failed (${status})`, { code: 'Status', status, reason });
  };
};

describe('a Secret with the label', () => {
  it('is read once, however often and for however long it is asked about', async () => {
    const made = setup();
    label(made.watched, '1');

    await made.reader.check(pool, signal);
    await made.clock.advance(600 * minute);
    const reading = await made.reader.check(pool, signal);

    expect(reading.config.valid).toBe(true);
    expect(reading.readAgainMilliseconds).toBeUndefined();
    expect(made.reads).toBe(1);
  });

  it('is read again as soon as its watch shows another version', async () => {
    const made = setup();
    label(made.watched, '1');
    const before = await made.reader.check(pool, signal);

    made.answer = () => ({ config: base64('rotated') });
    label(made.watched, '2');
    const after = await made.reader.check(pool, signal);

    expect(made.reads).toBe(2);
    expect(after.config).not.toEqual(before.config);
  });

  it('is read again when its watch lost sight of it', async () => {
    const made = setup();
    label(made.watched, '1');
    await made.reader.check(pool, signal);

    made.watched.remove('team-a/prod-gateway', '2');
    await made.reader.check(pool, signal);

    expect(made.reads).toBe(2);
  });
});

describe('a Secret without the label', () => {
  it('is read again after about five minutes, and asks to be', async () => {
    const made = setup();

    const reading = await made.reader.check(pool, signal);
    await made.clock.advance(4 * minute);
    const sooner = await made.reader.check(pool, signal);
    await made.clock.advance(minute);
    await made.reader.check(pool, signal);

    expect(reading.readAgainMilliseconds).toBe(5 * minute);
    expect(sooner.readAgainMilliseconds).toBe(minute);
    expect(made.reads).toBe(2);
  });

  it('is read again within seconds while it is wrong', async () => {
    const made = setup();
    made.answer = () => ({});

    const reading = await made.reader.check(pool, signal);

    expect(reading.config).toMatchObject({ valid: false, reason: 'KeyNotFound' });
    expect(reading.readAgainMilliseconds).toBe(15_000);
  });
});

describe('the configuration of a pool', () => {
  it('is read again when the user asks for another key', async () => {
    const made = setup();
    await made.reader.check(pool, signal);

    const other = renderedPool({ config: { secretName: 'prod-gateway', key: 'other', as: { env: 'GATEWAY_CONFIG' } } });
    const reading = await made.reader.check(other, signal);

    expect(reading.config).toMatchObject({ valid: false, reason: 'KeyNotFound' });
  });

  it('is given along once, and not kept in memory', async () => {
    const made = setup();

    const first = await made.reader.check(pool, signal);
    const second = await made.reader.check(pool, signal);

    expect(first.value?.toString()).toBe('identity');
    expect(second.value).toBeUndefined();
    expect(JSON.stringify([first.config, second.config])).not.toContain('identity');
  });

  it.each([
    { name: 'does not exist', status: 404, reason: 'NotFound', expected: 'SecretNotFound' },
    { name: 'may not be read', status: 403, reason: 'Forbidden', expected: 'NotRead' },
  ])('is not valid when its Secret $name', async ({ status, reason, expected }) => {
    const made = setup();
    made.answer = refusedWith(status, reason);

    const { config } = await made.reader.check(pool, signal);

    expect(config).toMatchObject({ valid: false, reason: expected, message: expect.stringContaining('prod-gateway') });
  });

  it('is not judged when the API server does not answer: the next try will tell', async () => {
    const made = setup();
    made.answer = () => {
      throw new KubeError('no connection', { code: 'Connection' });
    };

    await expect(made.reader.check(pool, signal)).rejects.toThrow('no connection');
  });
});
