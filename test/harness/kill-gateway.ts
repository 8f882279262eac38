import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { getJson, kubectl } from './kubectl.ts';

const Pods = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/** The name of the pod of a slot. */
export async function podOfSlot(namespace: string, slot: string): Promise<string> {
  const pods = await getJson(Pods, ['pods', '-n', namespace, '-l', `pam.gatewaypool.io/slot=${slot}`]);
  const name = pods.items[0]?.metadata.name;
  if (name === undefined) throw new Error(`slot ${slot} has no pod`);
  return name;
}

/**
 * SIGKILLs the gateway's main process: a crash, not a shutdown. The container ends and kubelet starts it again in place.
 * Note: the kernel ignores a SIGKILL to PID 1 that comes from inside its own PID namespace, so the pool's template must say
 * `shareProcessNamespace: true`: then the gateway is not PID 1.
 */
export async function killGatewayProcess(
  namespace: string,
  slot: string,
  program: string,
  afterMilliseconds = 0,
): Promise<string> {
  await sleep(afterMilliseconds);
  const pod = await podOfSlot(namespace, slot);
  await kubectl(['exec', '-n', namespace, pod, '-c', 'gateway', '--', 'sh', '-c', `kill -KILL $(pidof ${program})`]);
  return pod;
}
