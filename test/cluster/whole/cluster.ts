import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { withLock } from '../processes/lock.ts';
import { type LongStep, formatSeconds, longStep, say } from '../progress.ts';
import type { Programs } from '../programs/programs.ts';
import { nodeName, nodeNumbers } from './addresses.ts';
import { removeCgroup } from './cgroups.ts';
import { startControlPlaneComponents } from './control-plane.ts';
import { isReady } from '../components/ready.ts';
import { kubectlInside } from './enter.ts';
import { logTails } from './logs.ts';
import { loadImages } from './images.ts';
import { createNamespace, destroyNamespace, findNamespace, runScriptInside } from './namespaces.ts';
import { setUpClusterNetwork } from './network.ts';
import { bootNode, joinNode, prepareNode } from './node.ts';
import { startRelay } from './relay.ts';
import { type ClusterSettings, clusterSettings } from './settings.ts';
import { type StateLayout, stateLayout } from './state.ts';
import { until } from '../until.ts';

const lockWaitMilliseconds = 10 * 60_000;
const startMilliseconds = 60_000;
/** A kubectl takes a tenth of a second of a core that is busy with the start. */
const pollMilliseconds = 200;

export interface ClusterParts {
  readonly programs: Programs;
  /** Image archives that every node gets. */
  readonly images: readonly string[];
}

/**
 * Starts a cluster and returns when its nodes are Ready. Does nothing when it runs already; what a start that was killed has left behind
 * is removed first. When it fails, it shows the ends of the logs and removes everything.
 */
export async function startCluster(settings: ClusterSettings, parts: ClusterParts): Promise<void> {
  const state = stateLayout(settings.stateDirectory);
  await exclusively(state, async () => {
    if (findNamespace(state, 'cluster') !== undefined && existsSync(state.completeFile)) {
      say(`the cluster in ${state.directory} is already up`);
      return;
    }
    await removeEverything(state, settings);
    try {
      await longStep(`cluster of ${settings.nodes} nodes`, 10, async (step) => bringUp(state, settings, parts, step));
    } catch (error) {
      process.stderr.write(await logTails(state));
      await removeEverything(state, settings);
      throw error;
    }
  });
}

async function bringUp(
  state: StateLayout,
  settings: ClusterSettings,
  { programs, images }: ClusterParts,
  step: LongStep,
): Promise<void> {
  const begin = performance.now();
  const milestone = (text: string) => {
    step.note(`${text} after ${formatSeconds((performance.now() - begin) / 1000)}`);
  };
  await Promise.all(
    [state.log, state.run, state.images].map(async (directory) => mkdir(directory, { recursive: true })),
  );
  await writeFile(state.settingsFile, JSON.stringify(settings, null, 2));
  const nodes = nodeNumbers(settings.nodes);

  const cluster = await createNamespace(state, 'cluster');
  await runScriptInside(cluster, ['mount --make-rshared /']);
  await setUpClusterNetwork(cluster, settings.nodes);
  milestone('namespaces and network');
  const { caFile } = await startControlPlaneComponents(state, settings, programs);
  const server = await startRelay(state);
  await loadImages(state, settings.nodes, images);
  const boot = async (node: number) => {
    await prepareNode(state, settings, node);
    await bootNode(state, settings, node);
  };
  // The nodes unpack their images while the API server starts.
  await Promise.all([
    ...nodes.map(boot),
    until('the API server to be ready', startMilliseconds, async () => isReady({ server, caFile })),
  ]);
  milestone('API server ready, images imported');
  await Promise.all(nodes.map(async (node) => joinNode(state, programs, node)));
  const names = nodes.map((node) => `node/${nodeName(node)}`);
  const admin = async (...args: readonly string[]) => kubectlInside(state, programs, args);
  await until('the nodes to register', startMilliseconds, async () => admin('get', ...names), pollMilliseconds);
  await admin('wait', '--for=condition=Ready', ...names, '--timeout=60s');
  milestone('nodes Ready');
  // Until it exists, no pod of the namespace can be made.
  const serviceAccount = async () => admin('get', 'serviceaccount', 'default', '-n', 'default');
  await until('the default ServiceAccount', startMilliseconds, serviceAccount, pollMilliseconds);
  await writeFile(state.completeFile, '');
}

/** Ends a cluster and removes every trace of it: processes, mounts, interfaces, firewall rules, cgroups, files. */
export async function stopCluster(settings: ClusterSettings): Promise<void> {
  const state = stateLayout(settings.stateDirectory);
  await exclusively(state, async () => removeEverything(state, settings));
}

async function removeEverything(state: StateLayout, settings: ClusterSettings): Promise<void> {
  await destroyNamespace(state, 'cluster');
  await removeCgroup(settings.cgroupParent);
  // The kernel takes the mounts of dead namespaces apart in its own time.
  await until(`${state.directory} to be removed`, 20_000, async () => {
    await rm(state.directory, { recursive: true, force: true });
    return true;
  });
}

/** The settings that the running cluster was started with; the environment's when there is none. */
export async function settingsOfRunning(env: NodeJS.ProcessEnv = process.env): Promise<ClusterSettings> {
  const fromEnvironment = clusterSettings(env);
  const { settingsFile } = stateLayout(fromEnvironment.stateDirectory);
  const text = await readFile(settingsFile, 'utf8').catch(() => undefined);
  return text === undefined ? fromEnvironment : { ...fromEnvironment, ...JSON.parse(text) };
}

/** Changes of one cluster happen one after the other. */
export async function exclusively<T>(state: StateLayout, work: () => Promise<T>): Promise<T> {
  return withLock(
    state.directory,
    lockWaitMilliseconds,
    () => say(`another program is changing the cluster in ${state.directory}; waiting for it`),
    work,
  );
}
