/** The part of the sidecar that counts, in the pod beside a gateway, with connections of its own. `SETTINGS` is a balancer.yaml. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { pino } from 'pino';
import { startAdmin } from '../../../src/balancer/admin/start-admin.ts';
import { parseConfig } from '../../../src/balancer/config/parse-config.ts';
import { connectionsFromOutside } from '../../../src/balancer/sessions/outside-connections.ts';
import { createOwnSessions } from '../../../src/balancer/sessions/own-sessions.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { addresses } from './pod-network.ts';
import { ports } from './ports.ts';
import { work } from './worker.ts';

const config = parseConfig(process.env['SETTINGS'] ?? '', 'SETTINGS');
const sessions = createOwnSessions({
  settings: () => config,
  balancerCounts: () => ({ sessions: 0, transit: 0, backends: {} }),
  adminPort: ports.admin,
  clock: systemClock,
  logger: pino(process.stderr),
});
void sessions.run(new AbortController().signal);

const probe = { ok: true, message: '' };
await startAdmin({
  port: ports.admin,
  probes: { started: () => probe, ready: () => probe, live: () => probe },
  sessions: () => ({}),
  metrics: () => '',
});
const apiServer = connect(ports.apiServer, addresses.outside.ipv4).on('error', () => {});
await once(apiServer, 'connect');
createSocket('udp4').bind();

await work({
  count: () => sessions.count(),
  fromOutside: (listenerPorts: number[]) => connectionsFromOutside(new Set(listenerPorts)),
});
