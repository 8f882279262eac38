import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ControlPlane } from '../../cluster/control-plane.ts';
import { controlPlaneTimeoutMilliseconds, startControlPlane } from '../../cluster/control-plane.ts';
import { readExamples, readSamples } from '../../api/samples.ts';
import { hostAddress, networkRange } from '../../../src/api/formats.ts';
import { installDefinition } from './install-api.ts';
import { askKubectl } from './kubectl.ts';

const ways = [
  { way: 'kubectl apply', args: ['apply', '--dry-run=server', '--validate=strict', '-f', '-'] },
  {
    way: 'kubectl apply --server-side',
    args: ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'],
  },
];

describe('the API server with our CRD', () => {
  let controlPlane: ControlPlane;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false, auditLog: false });
    await installDefinition(controlPlane);
  }, controlPlaneTimeoutMilliseconds);

  afterAll(async () => {
    await controlPlane.stop();
  });

  describe.each(ways)('by $way', ({ way, args }) => {
    it.each([...readExamples(), ...readSamples('good'), ...readSamples('stalled')])('accepts $name', async (sample) => {
      const answer = await askKubectl(controlPlane, args, sample.text);

      expect(answer).toMatchObject({ exitCode: 0, stderr: '' });
    });

    it.each(readSamples('bad'))('refuses $name in these words', async (sample) => {
      const answer = await askKubectl(controlPlane, args, sample.text);

      expect(answer.stderr).toBe(sample.answers[way] ?? sample.answers['kubectl apply']);
      expect(answer.exitCode).toBe(1);
    });
  });

  it('agrees with the operator on every address of an external instance', async () => {
    const addresses = [
      '192.0.2.10|0.0.0.0|192.0.2.256|192.0.2.010|192.0.2|1.2.3.4.5|192.0.2.10:22|192.0.2.10/32',
      '::|::1|2001:db8::1|2001:DB8::1|2001:db8:0:0:0:0:0:1|2001:db8::1::1|[::1]|fe80::1|fe80::1%eth0',
      '::ffff:192.0.2.1|::ffff:c000:201|::FFFF:192.0.2.1|::192.0.2.1|:::|12345::',
      'a|gateway|gateway.dc3.example|gateway.dc3.example.|.a|a..b|-a|a-|a.-b|A|a_b|ä| a|a b',
      '1|a.1|1.a|0x7f.1|10-0-0-1|http://a|a/b|a:1||%|*.example',
    ].flatMap((list) => list.split('|'));
    const [sample] = readSamples('good').filter(({ name }) => name === 'minimal-custom');
    const externalInstances = addresses.map((address, index) => ({ name: `e${index}`, platform: 'Linux', address }));
    const pool = { ...sample?.object, spec: { ...sample?.object.spec, externalInstances } };

    const { stderr } = await askKubectl(controlPlane, ['create', '--dry-run=server', '-f', '-'], JSON.stringify(pool));

    const refused = [...stderr.matchAll(/externalInstances\[(\d+)\]\.address/gu)].map(
      ([, index]) => addresses[Number(index)],
    );
    expect(refused).toEqual(addresses.filter((address) => !hostAddress.holds(address)));
    expect(refused.length).toBeGreaterThan(20);
  });

  it('agrees with the operator on every range of addresses', async () => {
    const ranges = [
      '192.0.2.0/24|192.0.2.1/24|0.0.0.0/0|192.0.2.1/32|192.0.2.0/33|192.0.2.0/024|192.0.2.0/+8|192.0.2.0/-1|192.0.2.0/',
      '2001:db8::/32|::/0|::1/128|2001:db8::/129|fe80::1%eth0/64|::ffff:192.0.2.0/120|::ffff:c000:200/120|::192.0.2.1/96',
      '192.0.2.0|192.0.2/24|a/8|/8|192.0.2.0/24/24|192.0.2.0 /24|192.0.2.010/24|[::1]/128',
    ].flatMap((list) => list.split('|'));
    const [sample] = readSamples('good').filter(({ name }) => name === 'minimal-custom');
    const ignore = ranges.map((cidr) => ({ cidr, port: 443 }));
    const pool = { ...sample?.object, spec: { ...sample?.object.spec, sessions: { ignore } } };

    const { stderr } = await askKubectl(controlPlane, ['create', '--dry-run=server', '-f', '-'], JSON.stringify(pool));

    const refused = [...stderr.matchAll(/ignore\[(\d+)\]\.cidr/gu)].map(([, index]) => ranges[Number(index)]);
    expect(refused).toEqual(ranges.filter((range) => !networkRange.holds(range)));
    expect(refused.length).toBeGreaterThan(10);
  });

  describe('with a pool in it', () => {
    beforeAll(async () => {
      const [sample] = readSamples('good').filter(({ name }) => name === 'replicas-above-maximum');
      await controlPlane.kubectl(['apply', '-f', '-'], sample?.text);
    });

    it('has stored the defaults', async () => {
      const stored = await controlPlane.kubectl(['get', 'gwp', 'prod', '-o', 'jsonpath={.spec.balancer.limits}']);

      expect(JSON.parse(stored)).toEqual({
        connectMilliseconds: 2000,
        headFields: 100,
        headMilliseconds: 10_000,
        idleSeconds: 3600,
        maxConnections: 10_000,
        minimumBodyBytesPerSecond: 100,
        queueLength: 1000,
        queueSeconds: 10,
      });
    });

    it('has given it a status that kstatus takes for unfinished', async () => {
      const status = await controlPlane.kubectl(['get', 'gwp', 'prod', '-o', 'jsonpath={.status}']);

      expect(JSON.parse(status)).toEqual({ observedGeneration: -1 });
    });

    it('shows it in one line, found by its short name and its category', async () => {
      await patchStatus({
        desiredInstances: 3,
        replicas: 3,
        readyInstances: 2,
        surplusInstances: 0,
        drainingInstances: 1,
        summary: '2 of 3 ready',
      });

      const columns = async (...args: string[]) => {
        const table = await controlPlane.kubectl(['get', ...args]);
        return table
          .trimEnd()
          .split('\n')
          .map((line) =>
            line
              .replace(/\d+s/u, 'AGE')
              .split(/ {2,}/u)
              .filter((cell) => cell !== ''),
          );
      };

      expect(await columns('gwp')).toEqual([
        ['NAME', 'MAX', 'DESIRED', 'RUNNING', 'READY', 'STATUS', 'AGE'],
        ['prod', '3', '3', '3', '2', '2 of 3 ready', 'AGE'],
      ]);
      expect(await columns('pam', '-o', 'wide')).toEqual([
        ['NAME', 'MAX', 'DESIRED', 'RUNNING', 'READY', 'STATUS', 'AGE', 'SURPLUS', 'DRAINING', 'IMAGE'],
        ['prod', '3', '3', '3', '2', '2 of 3 ready', 'AGE', '0', '1', 'registry.example/gateway:1.8.4'],
      ]);
    });

    it('can be scaled, beyond its maximum too, as an autoscaler does', async () => {
      await patchStatus({ replicas: 3, selector: 'pam.gatewaypool.io/pool=prod' });

      await controlPlane.kubectl(['scale', 'gwp', 'prod', '--replicas=9']);

      const path = '/apis/pam.gatewaypool.io/v1alpha1/namespaces/default/gatewaypools/prod/scale';
      expect(JSON.parse(await controlPlane.kubectl(['get', '--raw', path]))).toMatchObject({
        spec: { replicas: 9 },
        status: { replicas: 3, selector: 'pam.gatewaypool.io/pool=prod' },
      });
    });

    it('explains its fields', async () => {
      const explanation = await controlPlane.kubectl(['explain', 'gwp.spec.listeners.targetPort']);

      expect(explanation.replaceAll(/\s+/gu, ' ')).toContain(
        'Port that the gateway process listens on. 15000-15999 belong to the sidecar. Example: `2222`.',
      );
    });

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
  });
});
