import { readFileSync } from 'node:fs';

/**
 * A process that can be recognised later. A pid alone cannot: the kernel reuses it. The start time (clock ticks since boot, field 22 of
 * /proc/PID/stat, see proc_pid_stat(5)) makes it unique until the next boot.
 */
export interface ProcessRecord {
  readonly pid: number;
  readonly startTime: string;
}

interface ProcessStat extends ProcessRecord {
  readonly state: string;
}

function readStat(pid: number): ProcessStat | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command name (field 2) is in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTime = fields[19];
  return state === undefined || startTime === undefined ? undefined : { pid, startTime, state };
}

/** Undefined when there is no such process. */
export function recordOf(pid: number): ProcessRecord | undefined {
  const stat = readStat(pid);
  return stat && { pid, startTime: stat.startTime };
}

/** A zombie counts as dead: it holds nothing but its entry in the process table. */
export function isAlive(record: ProcessRecord): boolean {
  const stat = readStat(record.pid);
  return stat !== undefined && stat.startTime === record.startTime && stat.state !== 'Z' && stat.state !== 'X';
}

/** Sends a signal to that very process; false when it is gone. */
export function signal(record: ProcessRecord, name: NodeJS.Signals): boolean {
  if (!isAlive(record)) return false;
  try {
    return process.kill(record.pid, name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

export function formatRecord(record: ProcessRecord): string {
  return `${record.pid} ${record.startTime}\n`;
}

/** Undefined for anything that is not "<pid> <start time>", such as a file that was cut short by a crash. */
export function parseRecord(text: string): ProcessRecord | undefined {
  const [, pid, startTime] = /^(\d+) (\d+)\n$/.exec(text) ?? [];
  return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime };
}

/** Undefined when the file is absent or not a record. */
export function readRecord(file: string): ProcessRecord | undefined {
  try {
    return parseRecord(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
