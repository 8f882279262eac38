/**
 * The sidecar as a process of its own: what `--kubernetes` runs, but for the places of its files and addresses, which a test gives in
 * SIDECAR as JSON. Says on stdout, in the log, when it has ended by itself.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pino } from 'pino';
import { runKubernetesMode } from '../../../src/balancer/kubernetes.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { mapPodsToLoopback } from './loopback-network.ts';

const { tokenFolder, stateFolder, terminationLog, adminAddress, adminPort } = JSON.parse(
  process.env['SIDECAR'] ?? '{}',
);
const logger = pino({ level: 'debug' });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

mapPodsToLoopback();
await runKubernetesMode(
  {
    env: process.env,
    clock: systemClock,
    random: Math.random,
    logger,
    stateFolder,
    terminationLog,
    adminAddress,
    adminPort,
    readFile: (path) => readFile(join(tokenFolder, basename(path)), 'utf8'),
  },
  stop.signal,
);
logger.info('Ended');
