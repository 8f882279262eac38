import { Agent } from 'node:https';
import type { TlsIdentity } from '../credentials/connection.ts';

/** Calls share a few connections; each stream has its own, so that a dead one can only take itself along. */
export interface Agents {
  /** The agents for these certificates. When they changed, idle connections made with the old ones are closed. */
  withIdentity(tls: TlsIdentity): { readonly calls: Agent; readonly streams: Agent };
  /** Closes idle pooled connections; those in use end with their call. */
  closeIdle(): void;
}

/** Below the 90 s after which a Go server closes an idle connection: otherwise each call could meet one that is just closing. */
const idleConnectionMilliseconds = 60_000;

/** A pooled connection that died without a word is found by the kernel: this + 10 probes, one a second. */
const probeAfterMilliseconds = 15_000;

export function createAgents(maxConnections: number): Agents {
  let current: { tls: TlsIdentity; calls: Agent; streams: Agent } | undefined;

  return {
    withIdentity(tls) {
      if (current?.tls === tls) return current;
      if (current !== undefined) closeIdleSockets(current.calls);

      const identity = agentIdentity(tls);
      current = {
        tls,
        // Last in, first out: after a burst the surplus connections become idle and are closed.
        calls: new Agent({
          ...identity,
          keepAlive: true,
          keepAliveMsecs: probeAfterMilliseconds,
          maxSockets: maxConnections,
          scheduling: 'lifo',
          timeout: idleConnectionMilliseconds,
        }),
        streams: new Agent({ ...identity, keepAlive: false }),
      };
      return current;
    },
    closeIdle() {
      if (current !== undefined) closeIdleSockets(current.calls);
    },
  };
}

function agentIdentity({ insecureSkipVerify, ...pem }: TlsIdentity): object {
  return { ...pem, rejectUnauthorized: !insecureSkipVerify };
}

function closeIdleSockets(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}
