import { describe, expect, it } from '@jest/globals';
import { trimMetadata } from '../../../src/kube/cache/trim.ts';

describe('trimMetadata', () => {
  it("drops managed fields and kubectl's copy of the manifest, and nothing else", () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'x',
        uid: 'u',
        labels: { a: 'b' },
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{…}', note: 'kept' },
        managedFields: [{ manager: 'kubectl' }],
      },
      data: { key: 'value' },
    };

    const trimmed = trimMetadata(object);

    expect(trimmed).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', uid: 'u', labels: { a: 'b' }, annotations: { note: 'kept' } },
      data: { key: 'value' },
    });
  });

  it('leaves an object without either alone', () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };

    expect(trimMetadata(object)).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } });
  });
});
