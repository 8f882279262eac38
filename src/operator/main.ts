import { pino } from 'pino';
import { Registry } from 'prom-client';
import { systemClock } from '../kube/clock.ts';
import type { KubeConnection } from '../kube/credentials/connection.ts';
import { inClusterConnection } from '../kube/credentials/in-cluster.ts';
import { createKubeClient } from '../kube/rest-client.ts';
import { createTransport } from '../kube/transport/https-transport.ts';
import { serveHealth } from './health.ts';
import { leadership } from './leadership.ts';
import { operatorMetrics } from './metrics/operator-metrics.ts';
import { createOperator } from './operator.ts';
import { reportMissingFields } from './report-missing-fields.ts';
import type { Settings } from './settings.ts';
import { parseSettings, usage } from './settings.ts';
import { version } from './version.ts';

/** Runs until the program is told to stop; gives the exit code. */
async function main(words: readonly string[]): Promise<number> {
  if (words.includes('--help')) return say(process.stdout, usage, 0);
  const parsed = parseSettings(words, process.env);
  if (!parsed.ok) return say(process.stderr, `${parsed.problem}\n${usage}`, 2);

  const { settings } = parsed;
  const logger = pino({ base: null, level: settings.logLevel }, pino.destination({ fd: 1, sync: true }));
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());

  const registry = new Registry();
  const metrics = operatorMetrics(registry, settings.leaseName);
  const userAgent = `gatewaypool-operator/${version}`;
  const transport = createTransport(await connectionOf(settings), { userAgent, metrics: metrics.transport });
  const parts = { clock: systemClock, random: Math.random, logger };
  const leader = leadership({ ...parts, client: createKubeClient(transport), settings, metrics: metrics.leader });
  const operator = createOperator({
    ...parts,
    ...settings,
    transport,
    client: leader.client,
    operatorNamespace: settings.namespace,
    metrics,
  });

  logger.info({ version, watching: settings.watchNamespace ?? 'all namespaces' }, 'Started the operator');
  await serveHealth(settings, registry, operator.caches, logger);
  const following = new AbortController();
  await Promise.all([
    // The caches outlive the work: what is under way when we are told to stop still reads them.
    leader.run((signal) => operator.work(signal), stop.signal).finally(() => following.abort()),
    operator.follow(following.signal),
    reportMissingFields(transport, systemClock, logger, stop.signal),
  ]);
  logger.info('Stopped the operator');
  return 0;
}

async function connectionOf({ kubeconfig }: Settings): Promise<KubeConnection> {
  if (kubeconfig === undefined) return inClusterConnection(process.env);
  const { kubeconfigConnection } = await import('../kube/credentials/kubeconfig.ts');
  return kubeconfigConnection({ path: kubeconfig });
}

function say(stream: NodeJS.WriteStream, text: string, code: number): number {
  stream.write(text);
  return code;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
