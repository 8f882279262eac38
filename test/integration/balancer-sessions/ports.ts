/** Ports at the far end, and those of the pod. */
export const ports = {
  target: 7000,
  /** Ends its side of the connection at once and goes on to read. */
  endsAtOnce: 7001,
  /** Ends its side when the gateway does. */
  endsToo: 7002,
  /** Reads nothing before it is told to. */
  readsLate: 7004,
  udp: 7003,
  router: 443,
  dns: 53,
  apiServer: 6443,
  /** The gateway's own. */
  gateway: 9000,
  admin: 15_090,
} as const;
