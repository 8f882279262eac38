import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Memory of a process, in MiB; see proc_pid_status(5). */
export interface ResidentMemory {
  /** VmRSS: all that is in RAM, the program's own pages among it. */
  readonly rss: number;
  /** RssAnon: what another process of the same program would cost on top. */
  readonly anonymous: number;
  /** VmHWM: the most that rss ever was. */
  readonly peak: number;
}

export function residentMemory(pid: number): ResidentMemory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (field: string): number => {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no ${field}`);
    return Number(kibibytes) / 1024;
  };
  return { rss: mebibytes('VmRSS'), anonymous: mebibytes('RssAnon'), peak: mebibytes('VmHWM') };
}

/** Once a second for so many seconds. */
export async function sampleMemory(pid: number, seconds: number): Promise<ResidentMemory[]> {
  const samples: ResidentMemory[] = [];
  for (let second = 0; second < seconds; second++) {
    await sleep(1000);
    samples.push(residentMemory(pid));
  }
  return samples;
}
