import { FakeClock } from '../kube/fake-clock.ts';
import { type RawServer, type RawSocket, rawClient, rawServer } from './raw-socket.ts';
import { backendAt, type Rig, startRig } from './rig.ts';

type Settings = Parameters<typeof startRig>[1];

/** A client, a balancer and its only backend, `prod-0`. */
export interface Scene {
  /** Stands still until somebody advances it. */
  readonly clock: FakeClock;
  readonly rig: Rig;
  readonly backend: RawServer;
  readonly client: RawSocket;
  close(): Promise<void>;
}

/** The client connects to the listener of this protocol. */
export async function startScene(settings: Settings = {}, protocol: 'http' | 'tcp' = 'http'): Promise<Scene> {
  const clock = new FakeClock();
  const backend = await rawServer();
  const rig = await startRig([backendAt('prod-0', backend.port)], settings, undefined, clock);
  const client = rawClient(protocol === 'http' ? rig.httpPort : rig.tcpPort);
  return {
    clock,
    rig,
    backend,
    client,
    async close() {
      client.destroy();
      await rig.close();
      await backend.close();
    },
  };
}
