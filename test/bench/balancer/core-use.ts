import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How much of a core is in use right now, from 0 to 1. While a bench rests, that is what others take, and what blurs its figures. */
export async function coreUse(core: number, milliseconds: number): Promise<number> {
  const before = readCore(core);
  await sleep(milliseconds);
  const after = readCore(core);
  return (after.busy - before.busy) / Math.max(1, after.busy + after.idle - before.busy - before.idle);
}

function readCore(core: number): CoreTimes {
  return coreTimes(readFileSync('/proc/stat', 'utf8'), core);
}

/** In ticks, since boot. */
export interface CoreTimes {
  readonly busy: number;
  readonly idle: number;
}

/** Reads the line of a core: user, nice, system, idle, iowait, irq, softirq, steal, and guest times which user has in it (proc_stat(5)). */
export function coreTimes(stat: string, core: number): CoreTimes {
  const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(stat)?.[1];
  if (line === undefined) throw new Error(`/proc/stat has no core ${core}`);
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, steal = 0] = line
    .split(' ')
    .map(Number);
  return { busy: user + nice + system + irq + softirq + steal, idle: idle + waiting };
}
