import { once } from 'node:events';
import { connect } from 'node:net';
import type { DaemonChild } from '../../../cluster/processes/child.ts';
import { until } from '../../../cluster/until.ts';

/** Waits until a program takes connections on all these ports of 127.0.0.1. Throws with the end of its log when it ended. */
export async function answers(child: DaemonChild, ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    await until(`${child.name} on port ${port}`, 20_000, async () => {
      const socket = connect(port, '127.0.0.1');
      try {
        await once(socket, 'connect');
        return true;
      } finally {
        socket.destroy();
      }
    }).catch((error: unknown) => {
      throw new Error(`${child.name} does not listen: ${child.logTail()}`, { cause: error });
    });
  }
}
