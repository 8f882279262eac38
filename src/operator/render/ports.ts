/** The sidecar's listeners take ports from here up to `lastListenerPort`; templates may not use them. */
export const firstListenerPort = 15100;
export const lastListenerPort = 15999;

/** Listener name → port of the sidecar. */
export type ListenerPorts = Readonly<Record<string, number>>;

/**
 * Gives every listener its port of the sidecar. A name keeps the port it once had, also while it is out of the spec: a client Service
 * that is a moment older than the sidecar's settings must never reach another listener. Only when no fresh port is left is one of a
 * name that is gone used again.
 */
export function assignListenerPorts(known: ListenerPorts, names: readonly string[]): ListenerPorts {
  const assigned: Record<string, number> = { ...known };
  for (const name of names) {
    if (assigned[name] !== undefined) {
      continue;
    }
    assigned[name] = freshPort(assigned) ?? recycledPort(assigned, names);
  }
  return assigned;
}

function freshPort(assigned: ListenerPorts): number | undefined {
  const highest = Math.max(firstListenerPort - 1, ...Object.values(assigned));
  return highest < lastListenerPort ? highest + 1 : undefined;
}

function recycledPort(assigned: Record<string, number>, names: readonly string[]): number {
  const gone = Object.keys(assigned).find((name) => !names.includes(name));
  if (gone === undefined) {
    // At most 16 listeners exist, so one of 900 ports always belongs to a name that is gone.
    throw new Error(`No port between ${firstListenerPort} and ${lastListenerPort} is free for a listener`);
  }
  const port = assigned[gone] ?? firstListenerPort;
  delete assigned[gone];
  return port;
}
