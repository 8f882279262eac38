import { isLoopback, isUnspecified } from './address.ts';
import type { SocketRow } from './socket-row.ts';

/** Whether both ends are in the pod: on a loopback address, or on one address of the pod, which is how its sidecar reaches its gateway. */
export function isInside({ local, remote }: SocketRow): boolean {
  if (isLoopback(local.address) || isLoopback(remote.address)) return true;
  return local.address === remote.address && !isUnspecified(remote.address);
}
