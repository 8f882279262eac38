import type { Logger } from '../../kube/logger.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../kube/clock.ts';
import { askPeer } from '../seat/ask-peer.ts';
import { fileMarker } from '../seat/marker.ts';
import { readGate } from '../seat/read-gate.ts';
import { createSeat, type Seat } from '../seat/seat.ts';
import type { PodEnvironment } from './pod-environment.ts';
import type { PoolWatch } from './pool-watch.ts';

/** The seat rule with the real pool, the gate of the API server and the marker on the pod's emptyDir. */
export function composeSeat(options: {
  readonly pod: PodEnvironment;
  readonly client: KubeClient;
  readonly poolWatch: PoolWatch;
  readonly folder: string;
  /** Where the sidecars of other pods are asked. */
  readonly adminPort: number;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  /** This pod is being deleted and its gateway never ran. */
  readonly onPodEnding: () => void;
}): Seat {
  const { pod, client, poolWatch, folder, adminPort, clock, random, logger, onPodEnding } = options;
  const gate = { namespace: pod.namespace, name: `${pod.pool}-seats` };
  return createSeat({
    own: pod,
    gateName: gate.name,
    sources: {
      watchedView: () => poolWatch.view(),
      liveView: (ended) => poolWatch.liveView(ended),
      readGate: (ended) => readGate(client, gate, ended),
      askPeer: (peer, ended) => askPeer(peer.address, adminPort, ended),
    },
    marker: fileMarker(folder, pod.podUid, logger),
    clock,
    random,
    logger,
    onPodEnding,
  });
}
