import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { ControlPlane } from '../../cluster/control-plane.ts';
import { controlPlaneTimeoutMilliseconds, startControlPlane } from '../../cluster/control-plane.ts';
import type { Gateways, Session } from './gateway.ts';
import { openSession, startGateways } from './gateway.ts';
import type { Sidecar, TestPod } from './sidecar.ts';
import { startSidecar, untilReady, untilStarted } from './sidecar.ts';
import type { TestPool } from './test-pool.ts';
import { createTestPool } from './test-pool.ts';

/** What the tests of one file share: an API server, gateways, and all that a test starts and opens, which ends with it. */
export interface Stage {
  readonly controlPlane: ControlPlane;
  /** Those that this test opened. */
  readonly sessions: readonly Session[];
  start(pool: TestPool, pod: TestPod, deadlineSeconds?: number): Promise<Sidecar>;
  /** A pool of two with a running sidecar in the first of these pods. */
  runningPool(
    namespace: string,
    pods: readonly [TestPod, TestPod],
    deadlineSeconds?: number,
  ): Promise<{ pool: TestPool; sidecar: Sidecar }>;
  /** `balancer.yaml` with one listener, whose sessions reach the gateways. */
  settings(more?: string): string;
  /** Opens a session through that listener. */
  connect(): Promise<Session>;
}

/** A start gate that lets three slots start. */
export const everySlot = { generation: 1, maxInstances: 3, mode: 'SelfHeal', slots: ['prod-0', 'prod-1', 'prod-2'] };

/**
 * Prepares before the tests of this file, and cleans up after them.
 *
 * @param gatewayPort of the gateways, on all addresses, and the first one of a hundred: files that run at the same time need others.
 *   Below 20,000, where `freePorts` takes none
 */
export function stage(gatewayPort: number): Stage {
  /** The balancer's own; each test has one, so that a process that just ended is not in the way. */
  let listenerPort = gatewayPort + 1;
  let controlPlane: ControlPlane | undefined;
  let gateways: Gateways | undefined;
  let sidecars: Sidecar[] = [];
  let sessions: Session[] = [];

  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false });
    gateways = await startGateways(gatewayPort);
  }, controlPlaneTimeoutMilliseconds);

  afterEach(async () => {
    for (const session of sessions) session.close();
    await Promise.all(sidecars.map((sidecar) => sidecar.end('SIGKILL')));
    sidecars = [];
    sessions = [];
    listenerPort += 1;
  });

  afterAll(async () => {
    await gateways?.close();
    await controlPlane?.stop();
  });

  const here: Stage = {
    get controlPlane() {
      if (controlPlane === undefined) throw new Error('The control plane does not run yet');
      return controlPlane;
    },
    get sessions() {
      return sessions;
    },
    start: async (pool, pod, deadlineSeconds) => {
      const sidecar = await startSidecar(pool, pod, deadlineSeconds);
      sidecars.push(sidecar);
      return sidecar;
    },
    runningPool: async (namespace, pods, deadlineSeconds) => {
      const pool = await createTestPool(here.controlPlane, namespace);
      await pool.writeGate(everySlot);
      await pool.writeSettings(here.settings());
      await pool.writePods(pods.map((pod) => ({ pod, ready: true })));
      const sidecar = await here.start(pool, pods[0], deadlineSeconds);
      await untilStarted(sidecar);
      await untilReady(sidecar);
      return { pool, sidecar };
    },
    settings: (more = '') => {
      const listener = `{name: ssh, protocol: TCP, port: ${listenerPort}, targetPort: ${gatewayPort}}`;
      return `listeners: [${listener}]\nslowStartSeconds: 0\n${more}`;
    },
    connect: async () => {
      const session = await openSession('127.0.0.1', listenerPort);
      sessions.push(session);
      return session;
    },
  };
  return here;
}
