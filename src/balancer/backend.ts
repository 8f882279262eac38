import type { Dial } from './transport/security.ts';

/**
 * One gateway that work can be sent to, as whoever watches the pool sees it: EndpointSlices in Kubernetes mode, the configuration
 * file in static mode.
 *
 * The identity is `name` (the slot): rotation and session counts go by it, so a gateway that comes back at another address keeps its
 * place. Two entries may carry one name while an old pod of a slot is still ending; they are told apart by `address`, and at most one
 * of them should be `ready` (the first ready one is used).
 */
export interface Backend {
  readonly name: string;
  /** IPv4 or IPv6 address, or a host name in static mode. */
  readonly address: string;
  /** The port for every listener; absent = the listener's `targetPort`. */
  readonly port?: number | undefined;
  /** The port by listener name; goes before `port`. */
  readonly ports?: Readonly<Record<string, number>> | undefined;
  /** Gets new work. */
  readonly ready: boolean;
  /** Still answers while it ends: gets new work only when no backend of the pool is ready. */
  readonly serving: boolean;
  /** Gets no new work by order of an administrator, keeps what it has. Goes before `ready` and `serving`. */
  readonly draining: boolean;
}

/** Where the work of one listener goes on one backend, and how it is connected. */
export interface Target {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Tells two targets apart, also two pods of one slot. */
  readonly key: string;
  /** Undefined = plain TCP. */
  readonly dial: Dial | undefined;
  /** A connection to it is worth keeping for the next piece of work. Kept current by the dispatcher, also when the target is gone for ever. */
  takesNewWork: boolean;
}

export function targetAt(name: string, address: string, port: number, dial?: Dial): Target {
  return { name, address, port, key: `${name}@${address}:${port}${dial?.key ?? ''}`, dial, takesNewWork: true };
}
