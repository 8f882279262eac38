/** A proxy of somebody else, with one listener before each of the backend ports it was started with. */
export interface PeerProxy {
  readonly name: string;
  /** By index, as the backends' ports. */
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

export type StartPeer = (backendPorts: readonly number[]) => Promise<PeerProxy>;
