import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ControlPlane } from '../../cluster/control-plane.ts';
import { controlPlaneTimeoutMilliseconds, startControlPlane } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import { readSamples } from '../../api/samples.ts';
import { installAdmissionPolicy, installDefinition } from './install-api.ts';
import { askKubectl } from './kubectl.ts';

const warning =
  "Warning: Validation failed for ValidatingAdmissionPolicy 'gatewaypool-running-instances' with binding 'gatewaypool-accepted-with-a-warning': ";

const ready = (name: string) => ({ name, state: 'Ready', reason: 'Serves' });

describe('kubectl, when the admission policy is installed', () => {
  let controlPlane: ControlPlane;

  /** A pool of three, all running. */
  const resetPool = async (spec: object = {}) => {
    const [sample] = readSamples('good').filter(({ name }) => name === 'minimal-custom');
    const pool = { ...sample?.object, spec: { ...sample?.object.spec, ...spec } };
    await controlPlane.kubectl(['delete', 'gwp', 'prod', '--ignore-not-found']);
    await controlPlane.kubectl(['create', '-f', '-'], JSON.stringify(pool));
    await patchStatus({ replicas: 3, slots: ['prod-0', 'prod-1', 'prod-2'].map(ready) });
  };
  const patchStatus = async (status: object) =>
    controlPlane.kubectl([
      'patch',
      'gwp',
      'prod',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    ]);
  const change = async (spec: object) =>
    askKubectl(controlPlane, ['patch', 'gwp', 'prod', '--type=merge', '-p', JSON.stringify({ spec })]);

  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false, auditLog: false });
    await installDefinition(controlPlane);
    await installAdmissionPolicy(controlPlane);
    await resetPool();
    await until('the policy to act', 30_000, async () => {
      await change({ maxInstances: 3 });
      return (await change({ maxInstances: 2 })).stderr !== '';
    });
  }, controlPlaneTimeoutMilliseconds);

  afterAll(async () => {
    await controlPlane.stop();
  });

  describe('with three running instances', () => {
    beforeEach(async () => resetPool());

    it('says at kubectl apply what a lower maximum does not do, and stores it', async () => {
      const [sample] = readSamples('good').filter(({ name }) => name === 'minimal-custom');
      const lowered = sample?.text.replace('maxInstances: 3', 'maxInstances: 2');

      const answer = await askKubectl(
        controlPlane,
        ['apply', '--server-side', '--force-conflicts', '-f', '-'],
        lowered,
      );

      expect(answer).toEqual({
        exitCode: 0,
        stdout: 'gatewaypool.pam.gatewaypool.io/prod serverside-applied',
        stderr: `${warning}prod: maxInstances 2 is below the 3 seats taken; nothing is stopped: stop 1 instance by hand when its sessions allow (kubectl annotate deployment -n default prod-2 pam.gatewaypool.io/stop=true)`,
      });
      expect(await controlPlane.kubectl(['get', 'gwp', 'prod', '-o', 'jsonpath={.spec.maxInstances}'])).toBe('2');
    });

    it.each([
      {
        name: 'counts the external instances of the same change',
        spec: { maxInstances: 2, externalInstances: [{ name: 'dc2', platform: 'Linux' }] },
        message:
          'prod: maxInstances 2 is below the 4 seats taken; nothing is stopped: stop 2 instances by hand when their sessions allow (one of them: kubectl annotate deployment -n default prod-2 pam.gatewaypool.io/stop=true)',
      },
      {
        name: 'warns when external instances take the seats of running ones',
        spec: { externalInstances: [{ name: 'dc2', platform: 'Linux' }] },
        message:
          'prod: maxInstances 3 is below the 4 seats taken; nothing is stopped: stop 1 instance by hand when its sessions allow (kubectl annotate deployment -n default prod-2 pam.gatewaypool.io/stop=true)',
      },
      {
        name: 'says that lower replicas stop instances when nobody works in them any more',
        spec: { replicas: 1 },
        message:
          'prod: replicas 1 is below the 3 instances in the cluster: 2 instances will be drained and stopped when their sessions are over, one without sessions first',
      },
    ])('$name', async ({ spec, message }) => {
      const { stderr, exitCode } = await change(spec);

      expect(stderr).toBe(`${warning}${message}`);
      expect(exitCode).toBe(0);
    });

    it('promises no order when all of them are to stop', async () => {
      const { stderr } = await change({ replicas: 0 });

      expect(stderr).toBe(
        `${warning}prod: replicas 0 is below the 3 instances in the cluster: 3 instances will be drained and stopped when their sessions are over`,
      );
    });

    it('gives both warnings when both are lowered', async () => {
      const { stderr } = await change({ maxInstances: 2, replicas: 2 });

      expect(stderr.split('\n')).toEqual([
        `${warning}prod: maxInstances 2 is below the 3 seats taken; nothing is stopped: stop 1 instance by hand when its sessions allow (kubectl annotate deployment -n default prod-2 pam.gatewaypool.io/stop=true)`,
        `${warning}prod: replicas 2 is below the 3 instances in the cluster: 1 instance will be drained and stopped when its sessions are over, one without sessions first`,
      ]);
    });

    it('warns at kubectl scale', async () => {
      const { stderr } = await askKubectl(controlPlane, ['scale', 'gwp', 'prod', '--replicas=2']);

      expect(stderr).toBe(
        `${warning}prod: replicas 2 is below the 3 instances in the cluster: 1 instance will be drained and stopped when its sessions are over, one without sessions first`,
      );
    });

    it('names no instance that is ending anyway', async () => {
      await patchStatus({
        slots: [
          ready('prod-0'),
          { name: 'prod-1', state: 'Stopping', reason: 'Ends' },
          { name: 'prod-2', state: 'Lost', reason: 'Gone' },
        ],
      });

      const { stderr } = await change({ maxInstances: 1 });

      expect(stderr).toContain(
        '(one of them: kubectl annotate deployment -n default prod-0 pam.gatewaypool.io/stop=true)',
      );
    });

    it.each([
      { name: 'a higher maximum', spec: { maxInstances: 4 } },
      { name: 'as many replicas as run', spec: { replicas: 3 } },
      { name: 'another image', spec: { image: 'registry.example/gateway:2' } },
    ])('is silent about $name', async ({ spec }) => {
      expect(await change(spec)).toMatchObject({ exitCode: 0, stderr: '' });
    });
  });

  it('is silent when a maximum is lowered for external instances that are removed in the same change', async () => {
    await resetPool({ maxInstances: 4, externalInstances: [{ name: 'dc2', platform: 'Linux' }] });

    expect(await change({ maxInstances: 3, externalInstances: [] })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('repeats nothing about replicas that were lowered before', async () => {
    await resetPool({ replicas: 2 });

    expect(await change({ image: 'registry.example/gateway:2' })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('is silent about labels while over the maximum, and warns again at the next change of the spec', async () => {
    await resetPool({ maxInstances: 2 });

    const labelled = await askKubectl(controlPlane, ['label', 'gwp', 'prod', 'team=access']);
    const changed = await change({ image: 'registry.example/gateway:2' });

    expect(labelled.stderr).toBe('');
    expect(changed.stderr).toContain('maxInstances 2 is below the 3 seats taken');
  });

  it('has nothing to say about a pool that the operator has not seen yet', async () => {
    await resetPool();
    await patchStatus({ replicas: null, slots: null });

    expect(await change({ maxInstances: 1 })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('names no slot when only external instances are too many', async () => {
    await resetPool();
    await patchStatus({ replicas: 0, slots: null });

    const { stderr } = await change({
      maxInstances: 1,
      externalInstances: [
        { name: 'dc2', platform: 'Linux' },
        { name: 'dc3', platform: 'Linux' },
      ],
    });

    expect(stderr).toBe(
      `${warning}prod: maxInstances 1 is below the 2 seats taken; nothing is stopped: stop 1 instance by hand when its sessions allow`,
    );
  });
});
