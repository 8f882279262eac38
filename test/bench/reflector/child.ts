/** The process that is measured: one reflector, and nothing else. Says when the cache is full and when it has taken in all changes. */
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { Store } from '../../../src/kube/cache/store.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { Reflector } from '../../../src/kube/reflector/reflector.ts';
import { createTransport } from '../../../src/kube/transport/https-transport.ts';

interface PodObject extends KubeObject {
  spec?: object;
  status?: { phase?: string; podIP?: string };
}

const [url = '', caFile = '', kind = '', pods = '', changes = ''] = process.argv.slice(2);
const tls = { ca: readFileSync(caFile, 'utf8'), insecureSkipVerify: false };
const connection = { server: new URL(url), credentials: () => Promise.resolve({ tls, headers: {} }) };
const store = new Store<PodObject>({
  indexes: { owner: ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid) },
});
const startedAt = systemClock.monotonicMilliseconds();
const elapsed = (): number => systemClock.monotonicMilliseconds() - startedAt;
const last = String(1 + Number(changes));

let left = Number(pods);
store.onChange(({ initial, new: current }) => {
  if (initial && (left -= 1) === 0) process.stdout.write(`${elapsed()}\n`);
  if (current?.metadata.resourceVersion === last) process.stdout.write(`${elapsed()}\n`);
});

const reflector = new Reflector<PodObject>({
  transport: createTransport(connection, { userAgent: 'bench/1.0' }),
  type: { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true },
  metadataOnly: kind === 'metadata',
  transform: ({ apiVersion, kind: podKind, metadata, status }) => ({
    apiVersion,
    kind: podKind,
    metadata,
    ...(status === undefined ? {} : { status: { phase: status.phase ?? '', podIP: status.podIP ?? '' } }),
  }),
  store,
  clock: systemClock,
  random: Math.random,
  logger: pino({ level: 'warn' }, process.stderr),
});
void reflector.run(new AbortController().signal);
