import { z } from 'zod';
import { eventually } from './eventually.ts';
import { mustRun } from './command.ts';
import { applyYaml, getJson, kubectl } from './kubectl.ts';

/** A pod inside the cluster from which people and programs reach the pools: it has ssh, curl and node. */
export interface ClientPod {
  readonly namespace: string;
  readonly name: string;
  /** Absent: its only container. */
  readonly container?: string;
}

/** The private key with which the client logs in to gateways. */
export const clientKeyPath = '/tmp/client/id';

const PodConditions = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional() }),
});

const manifest = (client: ClientPod, image: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${client.name}, labels: {app: client}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: client
    image: ${image}
    imagePullPolicy: IfNotPresent
    command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"]
`;

/** Starts the client and waits until it runs. */
export async function startClientPod(client: ClientPod, image: string): Promise<ClientPod> {
  // No pod before the namespace has its default ServiceAccount: a moment later, or much later after an outage of the API server.
  await eventually(`pod ${client.namespace}/${client.name} is accepted`, 120, async () => {
    const applied = await applyYaml(client.namespace, manifest(client, image));
    if (applied.code !== 0) throw new Error(applied.stderr);
    return true;
  });
  await eventually(`pod ${client.namespace}/${client.name} is Ready`, 90, async () => {
    const pod = await getJson(PodConditions, ['pod', client.name, '-n', client.namespace]);
    return pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  });
  return client;
}

/** Runs a shell script inside the client; `script` is what follows `sh -c`. */
export function inClient(client: ClientPod, script: string, timeoutMilliseconds = 60_000): Promise<string> {
  return kubectl(['exec', ...inside(client), '--', 'sh', '-c', script], { timeoutMilliseconds });
}

/** Runs a Node program inside the client, given as source text, with arguments. */
export function nodeInClient(
  client: ClientPod,
  source: string,
  args: readonly string[],
  timeoutMilliseconds: number,
): Promise<string> {
  return mustRun('kubectl', ['exec', '-i', ...inside(client), '--', 'node', '-', ...args], {
    input: source,
    timeoutMilliseconds,
  });
}

/** The arguments of `kubectl exec` that choose the client. */
export function inside({ namespace, name, container }: ClientPod): readonly string[] {
  return ['-n', namespace, name, ...(container === undefined ? [] : ['-c', container])];
}
