import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Store } from '../../../src/kube/cache/store.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { KubeError } from '../../../src/kube/errors.ts';
import { trusted } from '../../../src/kube/json.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { TlsReader } from '../../../src/operator/observe/tls-reader.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import type { TlsTexts } from '../../faults/tls-files.ts';
import { createTlsTexts } from '../../faults/tls-files.ts';
import { renderedPool } from '../render/rendered-pool.ts';

const { signal } = new AbortController();
const minute = 60_000;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const web = { name: 'web', port: 443, targetPort: 8080, protocol: 'HTTP' as const };
const pool = renderedPool({
  listeners: [
    { ...web, tls: { secretName: 'prod-tls', clientCASecretName: 'prod-tls' }, targetTLS: { caSecretName: 'ca' } },
  ],
});

let texts: TlsTexts;
let secrets: Map<string, Record<string, string>>;
let reads: string[];
let clock: FakeClock;
let watched: Store<KubeObject>;
let reader: TlsReader;

beforeAll(async () => {
  texts = await createTlsTexts();
});

beforeEach(() => {
  const ca = base64(texts.ca);
  secrets = new Map([
    ['prod-tls', { 'tls.crt': base64(texts.cert), 'tls.key': base64(texts.key), 'ca.crt': ca }],
    ['ca', { 'ca.crt': ca }],
  ]);
  reads = [];
  clock = new FakeClock();
  watched = new Store<KubeObject>();
  const client = trusted<KubeClient>({
    get: async (_type: unknown, { name }: { name: string }) => {
      reads.push(name);
      const data = secrets.get(name);
      if (data === undefined) throw new KubeError('GET failed', { code: 'Status', status: 404, reason: 'NotFound' });
      return { data };
    },
  });
  reader = new TlsReader({ client, watched, clock, random: () => 0.5 });
});

function label(name: string, resourceVersion: string): void {
  const metadata = { name, namespace: 'team-a', uid: name, resourceVersion };
  watched.put({ apiVersion: 'v1', kind: 'Secret', metadata }, resourceVersion);
}

describe('the Secrets of listeners', () => {
  it('are not asked for when no listener names one', async () => {
    const { answer, readAgainMilliseconds } = await reader.check(renderedPool({ listeners: [web] }), signal);

    expect(answer).toEqual({ state: 'NotUsed' });
    expect(readAgainMilliseconds).toBeUndefined();
    expect(reads).toEqual([]);
  });

  it('are read once each, however many keys are needed of them', async () => {
    const { answer } = await reader.check(pool, signal);

    expect(answer.state).toBe('Valid');
    expect(reads).toEqual(['prod-tls', 'ca']);
  });

  it('with the label are read again only when a watch shows another version', async () => {
    label('prod-tls', '1');
    label('ca', '2');
    const first = await reader.check(pool, signal);
    await clock.advance(600 * minute);
    await reader.check(pool, signal);
    const readsBefore = reads.length;

    secrets.set('ca', {});
    label('ca', '3');
    const { answer } = await reader.check(pool, signal);

    expect(first.readAgainMilliseconds).toBeUndefined();
    expect(readsBefore).toBe(2);
    expect(answer).toMatchObject({ state: 'Invalid', reason: 'KeyNotFound' });
  });

  it('are read again within minutes when one of them has no label', async () => {
    label('prod-tls', '1');
    const { readAgainMilliseconds } = await reader.check(pool, signal);

    await clock.advance(4 * minute);
    await reader.check(pool, signal);
    const readsBefore = reads.length;
    await clock.advance(minute);
    await reader.check(pool, signal);

    expect(readAgainMilliseconds).toBe(5 * minute);
    expect([readsBefore, reads.length]).toEqual([2, 4]);
  });

  it('are read again within seconds while one is missing, and at once when it shows in the watch', async () => {
    const ca = secrets.get('ca') ?? {};
    secrets.delete('ca');
    const missing = await reader.check(pool, signal);

    secrets.set('ca', ca);
    const remembered = await reader.check(pool, signal);
    label('ca', '9');
    const seen = await reader.check(pool, signal);

    expect(missing).toMatchObject({ answer: { state: 'Invalid' }, readAgainMilliseconds: 15_000 });
    expect(remembered.answer.state).toBe('Invalid');
    expect(seen.answer.state).toBe('Valid');
  });

  it('are read again when a listener names another one', async () => {
    await reader.check(pool, signal);

    const { answer } = await reader.check(
      renderedPool({ listeners: [{ ...web, tls: { secretName: 'other' } }] }),
      signal,
    );

    expect(answer).toMatchObject({ state: 'Invalid', reason: 'SecretNotFound' });
  });

  it('are forgotten with their pool', async () => {
    await reader.check(pool, signal);

    reader.forget(pool.uid);
    await reader.check(pool, signal);

    expect(reads).toHaveLength(4);
  });
});
