import { pino } from 'pino';
import type { PoolView, SlotEndpoint } from '../../../src/balancer/endpoints/pool-view.ts';
import type { GateReading } from '../../../src/balancer/seat/gate.ts';
import type { PeerAnswer } from '../../../src/balancer/seat/occupants.ts';
import type { Seat } from '../../../src/balancer/seat/seat.ts';
import { createSeat } from '../../../src/balancer/seat/seat.ts';
import type { Seats } from '../../../src/balancer/seat/seats.ts';
import { FakeClock } from '../../kube/fake-clock.ts';

const silentLogger = pino({ level: 'silent' });

/** One run of a pod's sidecar; a crash ends it, and the next run keeps nothing but the marker. */
interface Sidecar {
  readonly seat: Seat;
  readonly stop: AbortController;
  /** Which version of the pool its watch has reached. */
  position: number | undefined;
}

/** A pod of the one slot that the model is about. */
export interface ModelPod {
  readonly uid: string;
  hasAddress: boolean;
  deleted: boolean;
  /** Power-off: everything in it is dead, but the cluster still lists it. */
  nodeLost: boolean;
  healthy: boolean;
  /** The gateway has ended; the sidecar may stay for sessions of other instances. */
  gatewayEnded: boolean;
  gone: boolean;
  markerSet: boolean;
  sidecar: Sidecar | undefined;
  /** Generations of the gate at which this pod said that it is held. */
  readonly heldAt: Set<number>;
}

/**
 * Pods of one slot, an API server, an EndpointSlice controller and a network, all with random delays, on a clock that the test moves.
 * Watches lag behind (after a restart they may even begin in the past), questions get lost, sidecars crash, nodes lose power.
 */
export class ModelWorld {
  readonly clock = new FakeClock();
  readonly pods: ModelPod[] = [];
  readonly violations: string[] = [];
  gate: Seats = { generation: 1, maxInstances: 1, mode: 'SelfHeal', slots: ['prod-0'], seated: [] };
  gateExists = true;
  apiDown = false;

  readonly #random: () => number;
  readonly #versions: PoolView[] = [[]];
  readonly #end = new AbortController();
  readonly #faults: { readonly lostQuestions: number };

  constructor(random: () => number, faults: { readonly lostQuestions: number }) {
    this.#random = random;
    this.#faults = faults;
  }

  /** A pod whose gateway runs, or will in a moment. */
  running(): ModelPod[] {
    return this.pods.filter((pod) => pod.markerSet && !pod.gatewayEnded && isAlive(pod));
  }

  createPod(uid: string): void {
    const pod: ModelPod = {
      uid,
      hasAddress: false,
      deleted: false,
      nodeLost: false,
      healthy: true,
      gatewayEnded: false,
      gone: false,
      markerSet: false,
      sidecar: undefined,
      heldAt: new Set(),
    };
    this.pods.push(pod);
    this.#later(2000, () => {
      pod.hasAddress = true;
      this.#publish();
      this.startSidecar(pod);
    });
  }

  /** As kubectl delete: a gateway may take its time to end its sessions, a held pod ends soon. */
  deletePod(pod: ModelPod): void {
    pod.deleted = true;
    this.#publish();
    this.#later(pod.markerSet ? 60_000 : 2000, () => {
      pod.gatewayEnded = true;
      this.#publish();
      this.#later(60_000, () => {
        if (pod.nodeLost) return;
        pod.gone = true;
        pod.sidecar?.stop.abort();
        this.#publish();
      });
    });
  }

  /** The cluster notices after some seconds, and evicts the pod; its endpoint stays. */
  loseNode(pod: ModelPod): void {
    pod.nodeLost = true;
    pod.sidecar?.stop.abort();
    this.#later(15_000, () => {
      pod.deleted = true;
      this.#publish();
    });
  }

  /** The gateway's health turns; on an ending pod the endpoint then looks like one on a lost node. */
  turnHealth(pod: ModelPod): void {
    pod.healthy = !pod.healthy;
    this.#publish();
  }

  crashSidecar(pod: ModelPod): void {
    pod.sidecar?.stop.abort();
    pod.sidecar = undefined;
    this.#later(3000, () => this.startSidecar(pod));
  }

  startSidecar(pod: ModelPod): void {
    if (!isAlive(pod) || pod.sidecar !== undefined) return;

    const stop = new AbortController();
    const sidecar: Sidecar = { stop, position: undefined, seat: this.#createSeat(pod, () => sidecar) };
    pod.sidecar = sidecar;
    void sidecar.seat.run(stop.signal);
    void this.#watch(sidecar, stop.signal);
  }

  writeGate(change: Partial<Seats>): void {
    this.gate = { ...this.gate, ...change, generation: this.gate.generation + 1 };
  }

  /** Moves time on and checks after every 50 ms that no two gateways run. */
  async advance(milliseconds: number): Promise<void> {
    for (let elapsed = 0; elapsed < milliseconds; elapsed += 50) {
      await this.clock.advance(50);
      for (const pod of this.pods) {
        const generation = pod.sidecar?.seat.held()?.seatsGeneration;
        if (generation !== null && generation !== undefined) pod.heldAt.add(generation);
      }
    }
  }

  end(): void {
    this.#end.abort();
    for (const pod of this.pods) pod.sidecar?.stop.abort();
  }

  #createSeat(pod: ModelPod, sidecar: () => Sidecar): Seat {
    const duringCall = async <T>(milliseconds: number, read: () => T): Promise<T> => {
      await this.#sleep(milliseconds);
      const result = read();
      await this.#sleep(milliseconds);
      return result;
    };
    return createSeat({
      own: { slot: 'prod-0', podName: pod.uid, podUid: pod.uid },
      gateName: 'prod-seats',
      sources: {
        watchedView: () => {
          const { position } = sidecar();
          return position === undefined ? undefined : this.#versions[position];
        },
        liveView: () =>
          duringCall(300, () => {
            if (this.apiDown) throw new Error('down');
            return this.#versions.at(-1) ?? [];
          }),
        readGate: () => duringCall(300, () => this.#gateReading()),
        askPeer: ({ podUid }) => duringCall(300, () => this.#answerOf(podUid)),
      },
      marker: {
        isSet: () => duringCall(20, () => pod.markerSet),
        set: () => duringCall(20, () => this.#take(pod, sidecar())),
        clear: () => Promise.reject(new Error('the disks of this world are never that slow')),
      },
      clock: this.clock,
      random: this.#random,
      logger: silentLogger,
    });
  }

  #take(pod: ModelPod, sidecar: Sidecar): void {
    // A process that was killed writes nothing.
    if (sidecar.stop.signal.aborted || !isAlive(pod)) return;

    const others = this.running();
    if (others.length > 0) this.#violation(`${pod.uid} was let through beside ${others.map(({ uid }) => uid).join()}`);
    const refused = this.gate.mode === 'Hold' && !this.gate.seated.includes(pod.uid);
    if (refused && pod.heldAt.has(this.gate.generation)) {
      this.#violation(`${pod.uid} started though it said that it is held at generation ${this.gate.generation}`);
    }
    pod.markerSet = true;
  }

  #violation(text: string): void {
    this.violations.push(`at ${Math.round(this.clock.monotonicMilliseconds())} ms: ${text}`);
  }

  #gateReading(): GateReading {
    if (this.apiDown) return { kind: 'Unavailable', problem: 'down' };
    return this.gateExists ? { kind: 'Seats', seats: this.gate } : { kind: 'Missing' };
  }

  #answerOf(uid: string): PeerAnswer {
    const pod = this.pods.find((candidate) => candidate.uid === uid);
    if (pod?.sidecar === undefined || !isAlive(pod) || this.#random() < this.#faults.lostQuestions) {
      return { kind: 'Silent' };
    }
    if (pod.gatewayEnded) return { kind: 'Ending' };
    const held = pod.sidecar.seat.held();
    return held === null ? { kind: 'Seated' } : { kind: 'Held', waitsFor: held.waitsFor };
  }

  /** The EndpointSlice controller sees a change after a while, and publishes what is true then. */
  #publish(): void {
    this.#later(1000, () => {
      this.#versions.push(this.pods.filter((pod) => pod.hasAddress && !pod.gone).map(endpointOfPod));
    });
  }

  async #watch(sidecar: Sidecar, signal: AbortSignal): Promise<void> {
    await this.#sleep(500);
    const newest = this.#versions.length - 1;
    sidecar.position = Math.max(0, newest - Math.floor(this.#random() * 4));
    while (!signal.aborted) {
      await this.#sleep(2000);
      if (this.apiDown || sidecar.position === this.#versions.length - 1) continue;
      sidecar.position += 1;
      sidecar.seat.viewChanged();
    }
  }

  #later(withinMilliseconds: number, action: () => void): void {
    void this.#sleep(withinMilliseconds).then(action);
  }

  #sleep(withinMilliseconds: number): Promise<void> {
    return this.clock.sleep(this.#random() * withinMilliseconds, this.#end.signal);
  }
}

/** Its processes run. */
export function isAlive(pod: ModelPod): boolean {
  return !pod.gone && !pod.nodeLost && pod.hasAddress;
}

function endpointOfPod(pod: ModelPod): SlotEndpoint {
  const serving = pod.markerSet && pod.healthy && !pod.nodeLost && !pod.gatewayEnded;
  return {
    slot: 'prod-0',
    podName: pod.uid,
    podUid: pod.uid,
    address: pod.uid,
    ready: serving && !pod.deleted,
    serving,
    terminating: pod.deleted,
  };
}
