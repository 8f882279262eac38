import type { Limits, Listener } from '../config/schema.ts';
import type { Frontend } from '../frontend.ts';
import type { Counters } from '../metrics/counters.ts';
import { receiveHeader } from '../proxy-protocol/receive-header.ts';
import { type IsTrusted, trustedPeers } from '../proxy-protocol/trusted-peers.ts';
import { type Accepted, peerAddress, resetAccepted } from '../transport/accepted.ts';
import type { Addresses } from '../transport/addresses.ts';
import type { SecureSide, Security } from '../transport/security.ts';
import { Wire } from '../transport/wire.ts';

export interface EntranceContext {
  readonly listener: () => Listener;
  readonly limits: () => Limits;
  readonly security: () => Security;
  readonly counters: Pick<Counters, 'rejected'>;
  /** A connection is over that did not come in. */
  readonly left: () => void;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

/** A connection that has not come in yet. */
interface Arrival {
  readonly since: number;
  readonly rejectAs: 'ProxyHeader' | 'TlsHandshake';
  /** Drops it with a reset. */
  drop(): void;
}

/**
 * What comes before the first byte of a listener's own protocol: the PROXY header of a load balancer, then the handshake of TLS. Both
 * together with each other have the time of a request head. A frontend gets the connection when they are over, and knows nothing of them.
 */
export function createEntrance(frontend: Frontend, context: EntranceContext): Frontend {
  const { listener, limits, security, counters, left, now } = context;
  const arrivals = new Set<Arrival>();
  let ranges: readonly string[] = [];
  let isTrusted: IsTrusted = () => false;

  /** Gone: the peer has reset the connection already, so that nobody knows any more whether it is to be trusted. */
  function trust(accepted: Accepted): 'Trusted' | 'Stranger' | 'Gone' {
    const { acceptProxyFrom } = listener();
    if (acceptProxyFrom.length === 0) return 'Stranger';
    if (acceptProxyFrom !== ranges) {
      ranges = acceptProxyFrom;
      isTrusted = trustedPeers(ranges);
    }
    const address = peerAddress(accepted);
    if (address === '') return 'Gone';
    return isTrusted(address) ? 'Trusted' : 'Stranger';
  }

  function reject(arrival: Arrival): void {
    if (!leave(arrival)) return;
    counters.rejected(arrival.rejectAs);
    arrival.drop();
  }

  /** False: it has come in, or left before. */
  function leave(arrival: Arrival): boolean {
    const isHere = arrivals.delete(arrival);
    if (isHere) left();
    return isHere;
  }

  function readHeader(accepted: Accepted, side: SecureSide | undefined): void {
    const receiving = receiveHeader(accepted, {
      onHeader(given, said) {
        if (!arrivals.delete(arrival)) return;
        const addresses = said === 'OwnAddresses' ? undefined : said;
        if (side !== undefined) shakeHands(given, side, addresses, arrival.since);
        else comeIn(Wire.accept(given, frontend.readBytes, nobody), addresses);
      },
      onMalformed: () => reject(arrival),
      onClosed: () => leave(arrival),
    });
    const arrival: Arrival = { since: now(), rejectAs: 'ProxyHeader', drop: () => receiving.reset() };
    arrivals.add(arrival);
  }

  function shakeHands(accepted: Accepted, side: SecureSide, addresses: Addresses | undefined, since: number): void {
    const handler = {
      ...nobody,
      onConnected: () => {
        if (arrivals.delete(arrival)) comeIn(wire, addresses);
      },
      // It ends before it has begun: nothing is lost.
      onEnd: () => wire.destroy(),
      onClosed: (error: Error | undefined) => {
        if (error === undefined) leave(arrival);
        else reject(arrival);
      },
    };
    const wire = Wire.acceptSecure(accepted, frontend.readBytes, handler, side);
    const arrival: Arrival = { since, rejectAs: 'TlsHandshake', drop: () => wire.reset() };
    arrivals.add(arrival);
  }

  function comeIn(wire: Wire, addresses: Addresses | undefined): void {
    if (addresses !== undefined) wire.tell(addresses);
    frontend.accept(wire);
  }

  return {
    accept(accepted) {
      const { side } = security();
      if (accepted instanceof Wire) {
        frontend.accept(accepted);
        return;
      }
      const trusted = trust(accepted);
      if (trusted === 'Gone') {
        // Note: taken for a stranger's, its PROXY header would go to a backend.
        resetAccepted(accepted);
        left();
      } else if (trusted === 'Trusted') readHeader(accepted, side);
      else if (side !== undefined) shakeHands(accepted, side, undefined, now());
      else frontend.accept(accepted);
    },
    moveFrom: (target) => frontend.moveFrom(target),
    closeIdle: (target) => frontend.closeIdle(target),
    tick(nowMilliseconds) {
      const { headMilliseconds } = limits();
      for (const arrival of arrivals) if (nowMilliseconds - arrival.since > headMilliseconds) reject(arrival);
      frontend.tick(nowMilliseconds);
    },
    setDraining: (draining) => frontend.setDraining(draining),
    finish: () => frontend.finish(),
    cut: () => frontend.cut(),
    destroy() {
      for (const arrival of arrivals) if (leave(arrival)) arrival.drop();
      frontend.destroy();
    },
    get connections() {
      return frontend.connections + arrivals.size;
    },
    get waiting() {
      return frontend.waiting + arrivals.size;
    },
    get requests() {
      return frontend.requests;
    },
    readBytes: frontend.readBytes,
  };
}

const nobody = { onBytes: () => {}, onEnd: () => {}, onDrained: () => {}, onClosed: () => {} };
