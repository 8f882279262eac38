import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { inClusterConnection, serviceAccountFolder } from '../../../src/kube/credentials/in-cluster.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { createKubeClient } from '../../../src/kube/rest-client.ts';
import { createTransport } from '../../../src/kube/transport/https-transport.ts';
import type { KubeTransport } from '../../../src/kube/transport/transport.ts';
import { type ControlPlane, controlPlaneTimeoutMilliseconds, startControlPlane } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import { startFaultProxy } from '../../faults/fault-proxy.ts';
import type { FaultProxy } from '../../faults/fault-proxy.ts';
import { createTlsTexts } from '../../faults/tls-files.ts';
import type { TlsTexts } from '../../faults/tls-files.ts';
import { kubeconfigConnection } from '../../../src/kube/credentials/kubeconfig.ts';
import { startReflector } from '../../kube/reflector/recorded-reflector.ts';
import { thrownBy } from '../../kube/thrown.ts';
import { configMapType } from '../config-map.ts';
import { quickDurations } from './damaged-path.ts';

const testTimeoutMilliseconds = 90_000;

/** A pod that uses its mounted token, on a real API server that checks it. */
describe('rotation of what a pod has mounted', () => {
  let controlPlane: ControlPlane;
  let tls: TlsTexts;
  let otherTls: TlsTexts;
  let proxy: FaultProxy;
  let transport: KubeTransport;
  let files: { token: string; 'ca.crt': string };

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    [tls, otherTls] = await Promise.all([createTlsTexts(), createTlsTexts()]);
    await controlPlane.kubectl(['create', 'serviceaccount', 'gateway']);
    const rule = ['--verb=get,list,watch', '--resource=configmaps'];
    await controlPlane.kubectl(['create', 'role', 'reader', ...rule]);
    await controlPlane.kubectl([
      'create',
      'rolebinding',
      'reader',
      '--role=reader',
      '--serviceaccount=default:gateway',
    ]);
  }, controlPlaneTimeoutMilliseconds);

  afterAll(async () => {
    await controlPlane.stop();
  });

  beforeEach(async () => {
    proxy = await startFaultProxy(await kubeconfigConnection({ path: controlPlane.kubeconfigPath }), tls);
    files = { token: await newToken(), 'ca.crt': tls.ca };
    const readFile = (path: string) =>
      Promise.resolve(path === `${serviceAccountFolder}/token` ? files.token : files['ca.crt']);
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(proxy.link.port) };
    transport = createTransport(inClusterConnection(env, readFile), { userAgent: 'pod/1.0' });
  });

  afterEach(async () => {
    transport.close();
    await proxy.close();
  });

  const newToken = async (): Promise<string> => (await controlPlane.kubectl(['create', 'token', 'gateway'])).trim();
  const read = () => createKubeClient(transport).list(configMapType, { namespace: 'default' });

  it('a call with a token that has become invalid goes out again with the new one', async () => {
    files.token = 'invalid';
    const refused = await thrownBy(read());

    files.token = await newToken();
    const { items } = await read();

    expect(refused).toMatchObject({ status: 401 });
    expect(items.length).toBeGreaterThan(0);
  });

  it(
    'a watch finds its way back after its token became invalid for a while',
    async () => {
      const recorded = startReflector(transport, systemClock, { namespace: 'default', durations: quickDurations });
      await until('the first read', 30_000, () => recorded.reflector.hasSynced());

      files.token = 'invalid';
      await read().catch(() => {});
      // The token in memory is still good; a 401 makes the client read the file, which is not.
      proxy.strike(['Watch'], { answer: 401 }, 1);
      proxy.link.reset();
      await until('a refused watch', 30_000, () => recorded.reports.includes('reconnected Failed'));
      files.token = await newToken();
      await controlPlane.kubectl(['create', 'configmap', 'after-rotation']);
      await until('the event', 30_000, () => recorded.events.includes('Added after-rotation'));
      await recorded.stop();

      expect(recorded.reports.filter((report) => report.startsWith('relisted'))).toEqual(['relisted Initial']);
    },
    testTimeoutMilliseconds,
  );

  it(
    'a certificate of a new CA is trusted as soon as the mounted CA says so',
    async () => {
      const recorded = startReflector(transport, systemClock, { namespace: 'default', durations: quickDurations });
      await until('the first read', 30_000, () => recorded.reflector.hasSynced());

      proxy.present(otherTls);
      proxy.link.reset();
      const refused = await thrownBy(read());
      files['ca.crt'] = tls.ca + otherTls.ca;
      const { items } = await read();
      await controlPlane.kubectl(['create', 'configmap', 'after-new-ca']);
      await until('the event', 30_000, () => recorded.events.includes('Added after-new-ca'));
      await recorded.stop();

      expect(refused).toMatchObject({ code: 'Credentials', message: expect.stringContaining('is not trusted') });
      expect(items.length).toBeGreaterThan(0);
      expect(recorded.reports.filter((report) => report.startsWith('relisted'))).toEqual(['relisted Initial']);
    },
    testTimeoutMilliseconds,
  );

  it('a service account without rights is told so', async () => {
    const error = await thrownBy(createKubeClient(transport).list(configMapType, { namespace: 'kube-system' }));

    expect(error).toMatchObject({ status: 403, message: expect.stringContaining('cannot list resource "configmaps"') });
  });
});
