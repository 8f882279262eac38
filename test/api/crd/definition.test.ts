import { describe, expect, it } from '@jest/globals';
import { gatewayPoolDefinition, gatewayPoolSchema } from '../../../src/api/crd/definition.ts';

describe('the CRD', () => {
  const [version] = gatewayPoolDefinition().spec.versions;

  it('shows the state of a pool in one line of kubectl get', () => {
    const columns = version?.additionalPrinterColumns.filter(({ priority }) => priority === undefined);

    expect(columns?.map(({ name, jsonPath }) => `${name.toUpperCase()}=${jsonPath}`)).toEqual([
      'MAX=.spec.maxInstances',
      'DESIRED=.status.desiredInstances',
      'RUNNING=.status.replicas',
      'READY=.status.readyInstances',
      'STATUS=.status.summary',
      'AGE=.metadata.creationTimestamp',
    ]);
  });

  it('shows surplus, draining and image with -o wide', () => {
    const columns = version?.additionalPrinterColumns.filter(({ priority }) => priority === 1);

    expect(columns?.map(({ name, jsonPath }) => `${name.toUpperCase()}=${jsonPath}`)).toEqual([
      'SURPLUS=.status.surplusInstances',
      'DRAINING=.status.drainingInstances',
      'IMAGE=.spec.image',
    ]);
  });

  it('points columns and subresources at fields that exist', () => {
    const paths = [
      ...(version?.additionalPrinterColumns.map(({ jsonPath }) => jsonPath) ?? []),
      ...Object.values(version?.subresources.scale ?? {}),
    ].filter((path) => !path.startsWith('.metadata'));

    const unknown = paths.filter((path) => !exists(path));

    expect(unknown).toEqual([]);
  });

  it('points rules at fields that exist', () => {
    const spec = gatewayPoolSchema().properties?.['spec'];
    const fields = (spec?.['x-kubernetes-validations'] ?? []).flatMap(({ fieldPath }) => fieldPath ?? []);

    expect(fields.filter((field) => !exists(`.spec${field}`))).toEqual([]);
    expect(fields.length).toBeGreaterThan(0);
  });

  it('keeps kstatus from taking a new pool for a finished one', () => {
    expect(gatewayPoolSchema().properties?.['status']?.default).toEqual({ observedGeneration: -1 });
  });
});

function exists(path: string): boolean {
  let schema = gatewayPoolSchema();
  for (const member of path.slice(1).split('.')) {
    const below = schema.properties?.[member];
    if (below === undefined) return false;
    schema = below;
  }
  return true;
}
