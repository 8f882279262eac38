import { describe, expect, it } from '@jest/globals';
import { parseGatewayPool } from '../../src/api/gatewaypool.ts';

const stored = {
  apiVersion: 'pam.gatewaypool.io/v1alpha1',
  kind: 'GatewayPool',
  metadata: { name: 'prod', namespace: 'pam', uid: 'u', resourceVersion: '7', generation: 2 },
  spec: { maxInstances: 3, image: 'a', config: { secretName: 's', as: { env: 'E' } } },
};

describe('parseGatewayPool', () => {
  it('fills in the defaults that an older CRD did not have', () => {
    const parsed = parseGatewayPool(stored);

    expect(parsed).toMatchObject({
      valid: true,
      pool: {
        metadata: stored.metadata,
        spec: {
          paused: false,
          profile: 'Custom',
          listeners: [],
          externalInstances: [],
          service: { type: 'ClusterIP', sessionAffinity: 'None' },
          balancer: { healthCheck: { intervalMilliseconds: 500 }, slowStartSeconds: 10, proxyProtocol: 'None' },
          drain: { deadlineSeconds: 3600, hook: 'Sidecar' },
          rollout: { policy: 'OnIdle', minReadySeconds: 5, progressDeadlineSeconds: 600 },
          sessions: { source: 'Connections', ignore: [] },
        },
      },
    });
  });

  it('drops fields that a newer CRD has added', () => {
    const parsed = parseGatewayPool({ ...stored, spec: { ...stored.spec, fromTheFuture: 1 } });

    expect(parsed.valid && Object.keys(parsed.pool.spec)).not.toContain('fromTheFuture');
  });

  it('keeps all fields of a template', () => {
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: { nodeSelector: { zone: 'a' }, containers: [{ name: 'gateway', tty: true }] },
    };

    const parsed = parseGatewayPool({ ...stored, spec: { ...stored.spec, template } });

    expect(parsed.valid && parsed.pool.spec.template).toEqual(template);
  });

  it('reads the status that a new object has', () => {
    const parsed = parseGatewayPool({ ...stored, status: { observedGeneration: -1 } });

    expect(parsed.valid && parsed.pool.status).toEqual({ observedGeneration: -1 });
  });

  it('goes on without a status that it cannot read', () => {
    const parsed = parseGatewayPool({ ...stored, status: { replicas: 'many' } });

    expect(parsed.valid && parsed.pool.status).toBeUndefined();
    expect(parsed.valid).toBe(true);
  });

  it('names every field at fault', () => {
    const parsed = parseGatewayPool({ ...stored, spec: { ...stored.spec, maxInstances: 0, image: 'a b' } });

    expect(parsed).toEqual({
      valid: false,
      errors: [
        { field: 'spec.maxInstances', message: 'must be at least 1' },
        { field: 'spec.image', message: expect.stringContaining('without spaces') },
      ],
    });
  });

  it('refuses an object without a spec', () => {
    const { spec: _, ...withoutSpec } = stored;

    expect(parseGatewayPool(withoutSpec)).toEqual({
      valid: false,
      errors: [{ field: 'spec', message: 'is required' }],
    });
  });
});
