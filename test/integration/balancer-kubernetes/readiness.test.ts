import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { until } from '../../cluster/until.ts';
import type { TestPod } from './sidecar.ts';
import { everySlot, stage } from './stage.ts';
import { createTestPool } from './test-pool.ts';

const here = stage(19_700);
const gatewayPort = 19_780;
const pod: TestPod = { slot: 'prod-0', uid: 'uid-a', address: '198.51.100.71' };
const settings = `listeners: [{name: web, protocol: HTTP, port: 19790, targetPort: ${gatewayPort}}]
healthCheck: {mode: Active, http: {path: /healthz}}
`;

it('is Ready while the gateway beside it answers its health check, and tells what does not answer', async () => {
  const asked: (string | undefined)[] = [];
  let status = 503;
  const gateway = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(status).end();
  }).listen(gatewayPort);
  await once(gateway, 'listening');
  const pool = await createTestPool(here.controlPlane, 'health');
  await pool.writeGate(everySlot);
  await pool.writeSettings(settings);
  await pool.writePods([{ pod }]);
  const sidecar = await here.start(pool, pod);

  try {
    const silent = `The gateway does not answer GET /healthz on port ${gatewayPort} below 500\n`;
    await until('the health check to count', 60_000, async () => (await sidecar.ask('/ready')).body === silent);
    const broken = await sidecar.ask('/ready');
    status = 404;
    const well = await sidecar.ask('/ready');
    status = 500;
    const brokenAgain = await sidecar.ask('/ready');

    expect(broken).toEqual({ status: 503, body: silent });
    expect(well.status).toBe(200);
    expect(brokenAgain).toEqual({ status: 503, body: silent });
    expect(new Set(asked)).toEqual(new Set(['/healthz']));
  } finally {
    gateway.closeAllConnections();
    gateway.close();
  }
}, 180_000);
