import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createOwnedDirectory, removeAbandoned } from './abandoned.ts';
import type { Identity } from './certificates/authority.ts';
import { writeKubeconfig } from './certificates/kubeconfig.ts';
import {
  apiServerArguments,
  auditPolicy,
  controllerManagerArguments,
  etcdArguments,
} from './components/control-plane.ts';
import { createCredentials } from './components/credentials.ts';
import { isReady } from './components/ready.ts';
import { type DaemonChild, startChild } from './processes/child.ts';
import { freePorts } from './processes/ports.ts';
import { run } from './processes/run.ts';
import { etcd, kubernetes } from './programs/modules.ts';
import { ensurePrograms } from './programs/programs.ts';
import { controlPlaneRequirements, ensureRequirements } from './requirements.ts';
import { until } from './until.ts';

const startMilliseconds = 60_000;
/** A kube-apiserver waits for open requests when it is asked to end. */
const apiServerGraceMilliseconds = 2000;

export interface ControlPlaneOptions {
  /** Run kube-controller-manager (ServiceAccounts, garbage collection, Deployments …). Default true; false starts about 1 s faster. */
  readonly controllerManager?: boolean;
  /** Write an audit log of level Metadata. Default true. */
  readonly auditLog?: boolean;
  /** More flags for kube-apiserver, such as `--feature-gates=WatchList=false`; the last of equal flags counts. */
  readonly apiServerFlags?: readonly string[];
}

/** A running etcd, kube-apiserver and kube-controller-manager on loopback. */
export interface ControlPlane {
  /** `https://127.0.0.1:PORT`; the same after a restart of the API server. */
  readonly server: string;
  /** Of a user in `system:masters`. */
  readonly kubeconfigPath: string;
  readonly caFile: string;
  readonly caKeyFile: string;
  /** One JSON object per line (audit.k8s.io/v1 Event); undefined when switched off. */
  readonly auditLogPath: string | undefined;
  /** Logs (NAME.log), certificates and etcd's data; removed by `stop`. */
  readonly directory: string;
  /** Of all daemons that run now. */
  pids(): number[];
  /** Runs kubectl as admin and returns its stdout; throws with its stderr. `input` goes to stdin (`kubectl apply -f -`). */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** A kubeconfig for any user and groups, for tests of RBAC. */
  kubeconfigFor(identity: Identity & { readonly name: string }): Promise<string>;
  /** SIGTERM and, when it takes longer than 2 s, SIGKILL; `SIGKILL` = at once, as in a crash. etcd keeps all objects. */
  stopApiServer(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Resolves when the API server is ready again. */
  startApiServer(): Promise<void>;
  restartApiServer(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Ends all and removes every file. */
  stop(): Promise<void>;
}

/**
 * Starts a real control plane for integration tests: no root, no containers, random ports of 127.0.0.1, ready after 3–5 s. Several can
 * run at the same time. There are no nodes: pods stay Pending, and a test sets their status itself.
 *
 * The daemons die with the calling process, also when that is killed; files left behind are removed by the next start. The first call
 * on a machine builds the programs from the Go module proxy, which takes minutes and says so.
 *
 * ```ts
 * let controlPlane: ControlPlane;
 * beforeAll(async () => { controlPlane = await startControlPlane(); }, controlPlaneTimeoutMilliseconds);
 * afterAll(async () => { await controlPlane.stop(); });
 *
 * await controlPlane.kubectl(['apply', '-f', '-'], manifest);
 * ```
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  await ensureRequirements(controlPlaneRequirements);
  const programs = await ensurePrograms([etcd, kubernetes]);
  await removeAbandoned();
  const directory = await createOwnedDirectory();
  const children = new Map<string, DaemonChild>();
  const kubeconfigs = new Map<string, Promise<unknown>>();
  const start = (name: string, program: string, args: readonly string[]) => {
    children.set(name, startChild(directory, name, programs.path(program), args));
  };
  const stop = async () => {
    await Promise.all([...children.values()].map(async (child) => child.stop(0)));
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };

  try {
    const [etcdPort = 0, peerPort = 0, port = 0] = await freePorts(3);
    const server = `https://127.0.0.1:${port}`;
    start('etcd', 'etcd', etcdArguments({ dataDirectory: join(directory, 'etcd'), clientPort: etcdPort, peerPort }));
    const credentials = await createCredentials(directory, { server, addresses: ['127.0.0.1', '10.96.0.1'] });
    const { authority, serviceAccountKey } = credentials;
    const audit = options.auditLog === false ? undefined : await prepareAudit(directory);
    const apiServer = [
      ...apiServerArguments({
        ...credentials,
        caFile: authority.caFile,
        etcdPort,
        port,
        bindAddress: '127.0.0.1',
        // Note: the API server refuses to advertise a loopback address; nothing connects to this one (RFC 5737, TEST-NET-1).
        advertiseAddress: '192.0.2.1',
        serviceCidr: '10.96.0.0/16',
        unreachableSeconds: 5,
        audit,
      }),
      ...(options.apiServerFlags ?? []),
    ];
    const kubectl = async (args: readonly string[], input?: string) =>
      run(programs.path('kubectl'), ['--kubeconfig', credentials.adminKubeconfig, ...args], {
        timeoutMilliseconds: startMilliseconds,
        ...(input === undefined ? {} : { input }),
      });

    const startApiServer = async () => {
      if (children.get('kube-apiserver')?.running) return;
      start('kube-apiserver', 'kube-apiserver', apiServer);
      const outcome = await until('kube-apiserver to be ready', startMilliseconds, async () => {
        if ([...children.values()].some((child) => !child.running)) return 'Exited';
        return (await isReady({ server, caFile: authority.caFile })) && 'Ready';
      });
      if (outcome === 'Exited') throw new Error(describeExited(children.values()));
    };
    const stopApiServer = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
      await children.get('kube-apiserver')?.stop(signal === 'SIGTERM' ? apiServerGraceMilliseconds : 0);
    };

    await startApiServer();
    if (options.controllerManager !== false) {
      start(
        'kube-controller-manager',
        'kube-controller-manager',
        controllerManagerArguments({
          kubeconfigFile: credentials.controllerManagerKubeconfig,
          caFile: authority.caFile,
          caKeyFile: authority.caKeyFile,
          serviceAccountKeyFile: serviceAccountKey.privateFile,
          port: 0,
          nodeMonitorGraceSeconds: 10,
        }),
      );
      await until('the default ServiceAccount', startMilliseconds, async () =>
        kubectl(['get', 'serviceaccount', 'default', '-n', 'default', '-o', 'name']),
      );
    }

    return {
      server,
      kubeconfigPath: credentials.adminKubeconfig,
      caFile: authority.caFile,
      caKeyFile: authority.caKeyFile,
      auditLogPath: audit?.logFile,
      directory,
      pids: () => [...children.values()].filter((child) => child.running).map((child) => child.pid),
      kubectl,
      async kubeconfigFor(identity) {
        const { name } = identity;
        const file = join(directory, `${name}.kubeconfig`);
        // Once for each name: a second writer would leave half a file to a program that already reads it.
        const written = kubeconfigs.get(name) ?? writeKubeconfig(authority, file, { ...identity, server });
        kubeconfigs.set(name, written);
        await written;
        return file;
      },
      startApiServer,
      stopApiServer,
      async restartApiServer(signal) {
        await stopApiServer(signal);
        await startApiServer();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** For a `beforeAll` that starts a control plane: long enough for a first build of the programs. */
export const controlPlaneTimeoutMilliseconds = 20 * 60_000;

function describeExited(children: Iterable<DaemonChild>): string {
  const exited = [...children].filter((child) => !child.running);
  return exited.map((child) => `${child.name} ended by itself; its log ends with:\n${child.logTail()}`).join('\n');
}

async function prepareAudit(directory: string): Promise<{ policyFile: string; logFile: string }> {
  const auditDirectory = join(directory, 'audit');
  await mkdir(auditDirectory);
  const policyFile = join(auditDirectory, 'policy.yaml');
  await writeFile(policyFile, stringify(auditPolicy));
  return { policyFile, logFile: join(auditDirectory, 'audit.jsonl') };
}
