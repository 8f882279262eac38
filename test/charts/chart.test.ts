import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { chart, chartFiles, installManifest, renderChart, runHelm } from '../../scripts/install-files.ts';
import { gatewayPoolDefinition } from '../../src/api/crd/definition.ts';
import { trusted } from '../../src/kube/json.ts';
import { version } from '../../src/operator/version.ts';
import { chartObjects, manifestsOf } from './manifests.ts';

const root = new URL('../../', import.meta.url);
const firstBuildMilliseconds = 10 * 60_000;

beforeAll(async () => {
  await runHelm(['version']);
}, firstBuildMilliseconds);

describe('the chart', () => {
  it('passes helm lint, warnings included', async () => {
    await expect(
      runHelm(['lint', chart, '--strict', '--set', 'image.repository=registry.example/gatewaypool']),
    ).resolves.toContain('0 chart(s) failed');
  });

  it('has the version of the program', async () => {
    const described: unknown = parse(await readFile(`${chart}/Chart.yaml`, 'utf8'));
    const program: unknown = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));

    expect(described).toMatchObject({ version, appVersion: version });
    expect(program).toMatchObject({ version });
  });

  it('carries the generated files as they are', async () => {
    for (const { path, content } of await chartFiles()) {
      expect(await readFile(new URL(path, root), 'utf8')).toBe(content);
    }
  });

  it('is what the plain installation was made from', async () => {
    const { path, content } = await installManifest();

    expect(await readFile(new URL(path, root), 'utf8')).toBe(content);
  });

  it('asks where the image is', async () => {
    await expect(renderChart('gatewaypool-system', [])).rejects.toThrow(
      'image.repository is not set: say where you pushed the image',
    );
  });
});

describe('the CustomResourceDefinition in the chart', () => {
  const definitionIn = async (...values: string[]): Promise<unknown> =>
    (await chartObjects(...values)).find(({ kind }) => kind === 'CustomResourceDefinition');

  it('is the one of the API, and survives an uninstall', async () => {
    const { metadata, spec } = gatewayPoolDefinition();

    const definition = await definitionIn();

    expect(definition).toMatchObject({
      metadata: { ...metadata, annotations: { 'helm.sh/resource-policy': 'keep' } },
      spec,
    });
  });

  it.each([
    {
      name: 'goes with the release when that is asked for',
      values: ['crds.keep=false'],
      expected: gatewayPoolDefinition(),
    },
    { name: 'is left out when somebody else installs it', values: ['crds.enabled=false'], expected: undefined },
  ])('$name', async ({ values, expected }) => {
    expect(await definitionIn(...values)).toEqual(expected);
  });
});

describe('values', () => {
  it.each([
    { value: 'replicas=0', field: 'replicas' },
    { value: 'replicas=many', field: 'replicas' },
    { value: 'replica=2', field: 'replica' },
    { value: 'image.tag=a b', field: 'image/tag' },
    { value: 'image.digest=sha256:12', field: 'image/digest' },
    { value: 'logLevel=loud', field: 'logLevel' },
    { value: 'watchNamespace=Team_A', field: 'watchNamespace' },
    { value: 'crds.enabled=maybe', field: 'crds/enabled' },
    { value: 'image.pullPolicy=Sometimes', field: 'image/pullPolicy' },
  ])('$value is refused with the name of the field', async ({ value, field }) => {
    await expect(chartObjects(value)).rejects.toThrow(field);
  });

  it('a digest goes before the tag, for the operator and for the sidecars that it makes', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;

    const deployment = (await chartObjects(`image.digest=${digest}`, 'image.tag=x')).find(
      ({ kind }) => kind === 'Deployment',
    );

    const container = {
      image: `registry.example/gatewaypool@${digest}`,
      env: expect.arrayContaining([{ name: 'BALANCER_IMAGE', value: `registry.example/gatewaypool@${digest}` }]),
    };
    expect(deployment?.spec).toMatchObject({ template: { spec: { containers: [container] } } });
  });

  it('every value has a line of its own in values.yaml', async () => {
    const defaults = trusted<object>(parse(await readFile(`${chart}/values.yaml`, 'utf8')));
    const schema = trusted<{ properties: object }>(JSON.parse(await readFile(`${chart}/values.schema.json`, 'utf8')));

    expect(new Set(Object.keys(schema.properties))).toEqual(new Set(['global', ...Object.keys(defaults)]));
  });
});

describe('the operator in the chart', () => {
  it('is what Pod Security calls restricted', async () => {
    const deployment = (await chartObjects()).find(({ kind }) => kind === 'Deployment');

    expect(deployment?.spec).toMatchObject({
      template: {
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    });
  });

  it.each([
    { replicas: 1, budgets: 0 },
    { replicas: 2, budgets: 1 },
  ])(
    '$replicas replicas have $budgets disruption budgets: one would block every drain of a node',
    async ({ replicas, budgets }) => {
      const objects = await chartObjects(`replicas=${replicas}`);

      expect(objects.filter(({ kind }) => kind === 'PodDisruptionBudget')).toHaveLength(budgets);
    },
  );

  it('tells in the plain installation where the image has to be put', async () => {
    const { content } = await installManifest();

    const images = content.split('\n').filter((line) => line.includes('registry.example/gatewaypool:'));

    expect(images).toHaveLength(2);
    expect(manifestsOf(content)[0]).toMatchObject({ kind: 'Namespace', metadata: { name: 'gatewaypool-system' } });
  });
});
