import { describe, expect, it } from '@jest/globals';
import { isRecord } from '../../../src/kube/json.ts';
import type { JsonObject } from '../../../src/operator/render/template-overlay.ts';
import { mergeTemplate } from '../../../src/operator/render/template-overlay.ts';

const base = {
  metadata: { labels: { pool: 'prod' } },
  spec: {
    hostname: 'prod-0',
    tolerations: [{ key: 'a' }, { key: 'b' }],
    containers: [
      {
        name: 'gateway',
        image: 'gateway:1',
        env: [
          { name: 'FIRST', value: '1' },
          { name: 'CONFIG', valueFrom: { secretKeyRef: { name: 'copy', key: 'config' } } },
        ],
        ports: [{ containerPort: 2222, protocol: 'TCP' }],
        volumeMounts: [{ name: 'shm', mountPath: '/dev/shm' }],
        readinessProbe: { exec: { command: ['check'] }, periodSeconds: 10 },
      },
    ],
    volumes: [{ name: 'shm', emptyDir: { medium: 'Memory' } }],
  },
};

const gateway = (overlay: JsonObject): JsonObject => ({ spec: { containers: [{ name: 'gateway', ...overlay }] } });

describe('mergeTemplate', () => {
  it.each<{ name: string; overlay: JsonObject; at: (string | number)[]; becomes: unknown }>([
    { name: 'an empty template changes nothing', overlay: {}, at: [], becomes: base },
    {
      name: 'objects are merged member by member',
      overlay: { metadata: { labels: { team: 'red' } } },
      at: ['metadata', 'labels'],
      becomes: { pool: 'prod', team: 'red' },
    },
    {
      name: 'a plain value replaces ours',
      overlay: { spec: { hostname: 'other' } },
      at: ['spec', 'hostname'],
      becomes: 'other',
    },
    {
      name: 'null removes a member',
      overlay: { spec: { hostname: null } },
      at: ['spec', 'hostname'],
      becomes: undefined,
    },
    {
      name: '$patch: delete removes an object',
      overlay: { metadata: { labels: { $patch: 'delete' } } },
      at: ['metadata', 'labels'],
      becomes: undefined,
    },
    {
      name: '$patch: replace takes an object as it is',
      overlay: { metadata: { labels: { $patch: 'replace', team: 'red' } } },
      at: ['metadata', 'labels'],
      becomes: { team: 'red' },
    },
    {
      name: 'a container of the same name is merged, other fields of ours stay',
      overlay: gateway({ image: 'gateway:2' }),
      at: ['spec', 'containers', 0, 'ports'],
      becomes: [{ containerPort: 2222, protocol: 'TCP' }],
    },
    {
      name: 'a container of a new name is appended',
      overlay: { spec: { containers: [{ name: 'exporter', image: 'exporter:1' }] } },
      at: ['spec', 'containers', 1],
      becomes: { name: 'exporter', image: 'exporter:1' },
    },
    {
      name: 'an init container is added to a pod without any',
      overlay: { spec: { initContainers: [{ name: 'wait', image: 'busybox' }] } },
      at: ['spec', 'initContainers'],
      becomes: [{ name: 'wait', image: 'busybox' }],
    },
    {
      name: '$patch: delete removes a list element and leaves the others',
      overlay: gateway({ env: [{ name: 'FIRST', $patch: 'delete' }] }),
      at: ['spec', 'containers', 0, 'env'],
      becomes: [{ name: 'CONFIG', valueFrom: { secretKeyRef: { name: 'copy', key: 'config' } } }],
    },
    {
      name: '$patch: delete of an element that is not there is no error',
      overlay: gateway({ ports: [{ containerPort: 1, $patch: 'delete' }] }),
      at: ['spec', 'containers', 0, 'ports'],
      becomes: [{ containerPort: 2222, protocol: 'TCP' }],
    },
    {
      name: '$patch: replace in a list drops our elements',
      overlay: gateway({ env: [{ $patch: 'replace' }, { name: 'ONLY', value: 'x' }] }),
      at: ['spec', 'containers', 0, 'env'],
      becomes: [{ name: 'ONLY', value: 'x' }],
    },
    {
      name: 'env is merged by name in our order, new names at the end',
      overlay: gateway({
        env: [
          { name: 'NEW', value: 'n' },
          { name: 'FIRST', value: '2' },
        ],
      }),
      at: ['spec', 'containers', 0, 'env'],
      becomes: [
        { name: 'FIRST', value: '2' },
        { name: 'CONFIG', valueFrom: { secretKeyRef: { name: 'copy', key: 'config' } } },
        { name: 'NEW', value: 'n' },
      ],
    },
    {
      name: 'a plain env value takes the place of valueFrom',
      overlay: gateway({ env: [{ name: 'CONFIG', value: 'inline' }] }),
      at: ['spec', 'containers', 0, 'env', 1],
      becomes: { name: 'CONFIG', value: 'inline' },
    },
    {
      name: 'a probe of another kind takes the place of ours and keeps its timing',
      overlay: gateway({ readinessProbe: { httpGet: { path: '/', port: 80 } } }),
      at: ['spec', 'containers', 0, 'readinessProbe'],
      becomes: { httpGet: { path: '/', port: 80 }, periodSeconds: 10 },
    },
    {
      name: 'a probe of the same kind is merged',
      overlay: gateway({ readinessProbe: { exec: { command: ['other'] } } }),
      at: ['spec', 'containers', 0, 'readinessProbe'],
      becomes: { exec: { command: ['other'] }, periodSeconds: 10 },
    },
    {
      name: 'ports are told apart by number and protocol; a missing protocol is TCP',
      overlay: gateway({
        ports: [
          { containerPort: 2222, name: 'ssh' },
          { containerPort: 2222, protocol: 'UDP' },
        ],
      }),
      at: ['spec', 'containers', 0, 'ports'],
      becomes: [
        { containerPort: 2222, protocol: 'TCP', name: 'ssh' },
        { containerPort: 2222, protocol: 'UDP' },
      ],
    },
    {
      name: 'volume mounts are merged by path',
      overlay: gateway({
        volumeMounts: [
          { mountPath: '/dev/shm', name: 'mine' },
          { mountPath: '/data', name: 'data' },
        ],
      }),
      at: ['spec', 'containers', 0, 'volumeMounts'],
      becomes: [
        { name: 'mine', mountPath: '/dev/shm' },
        { mountPath: '/data', name: 'data' },
      ],
    },
    {
      name: 'a volume of the same source is merged',
      overlay: { spec: { volumes: [{ name: 'shm', emptyDir: { sizeLimit: '4Gi' } }] } },
      at: ['spec', 'volumes'],
      becomes: [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '4Gi' } }],
    },
    {
      name: 'a volume of another source takes the place of ours',
      overlay: { spec: { volumes: [{ name: 'shm', hostPath: { path: '/shm' } }] } },
      at: ['spec', 'volumes'],
      becomes: [{ name: 'shm', hostPath: { path: '/shm' } }],
    },
    {
      name: 'any other list is replaced as a whole',
      overlay: { spec: { tolerations: [{ key: 'c' }] } },
      at: ['spec', 'tolerations'],
      becomes: [{ key: 'c' }],
    },
  ])('$name', ({ overlay, at, becomes }) => {
    const merged = mergeTemplate(base, overlay);

    expect(memberOf(merged, at)).toEqual(becomes);
  });

  it('leaves both inputs as they were', () => {
    const before = structuredClone(base);
    const overlay = gateway({ env: [{ name: 'NEW', value: 'n' }], ports: [{ containerPort: 2222, $patch: 'delete' }] });
    const overlayBefore = structuredClone(overlay);

    mergeTemplate(base, overlay);

    expect(base).toEqual(before);
    expect(overlay).toEqual(overlayBefore);
  });
});

function memberOf(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, step) => {
    if (Array.isArray(at)) return at[Number(step)];
    return isRecord(at) ? at[String(step)] : undefined;
  }, value);
}
