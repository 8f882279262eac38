import { createServer } from 'node:http';
import { afterEach } from '@jest/globals';
import { listenOnLoopback } from '../faults/loopback.ts';
import type { RawSocket } from './raw-socket.ts';
import { secureClient, type SecureRig, startSecureRig } from './secure-rig.ts';

/** What tests of one listener build again and again; gone after each test. */
export interface SecureStage {
  /** Called after the test, the latest one first. */
  readonly cleanups: (() => Promise<void> | void)[];
  readonly rigOf: (...parameters: Parameters<typeof startSecureRig>) => Promise<SecureRig>;
  /** A client that speaks TLS with the rig. */
  readonly clientOf: (rig: SecureRig, options: Parameters<typeof secureClient>[1]) => RawSocket;
  /** An HTTP backend that answers with the fields that it got. */
  readonly headTeller: () => Promise<number>;
}

/** To be called once, outside of all tests of a file. */
export function setSecureStage(): SecureStage {
  const cleanups: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  return {
    cleanups,
    async rigOf(...parameters) {
      const rig = await startSecureRig(...parameters);
      cleanups.push(() => rig.close());
      return rig;
    },
    clientOf(rig, options) {
      const client = secureClient(rig.port, options);
      cleanups.push(() => client.destroy());
      return client;
    },
    async headTeller() {
      const server = createServer((request, response) => response.end(JSON.stringify(request.headers)));
      cleanups.push(() => {
        server.close();
        server.closeAllConnections();
      });
      return listenOnLoopback(server);
    },
  };
}
