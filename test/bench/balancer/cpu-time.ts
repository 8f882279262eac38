import { readdirSync, readFileSync } from 'node:fs';

/**
 * What all threads of a process have spent on processors so far. The first number of /proc/PID/task/TID/schedstat counts nanoseconds,
 * while the times of /proc/PID/stat count in steps of 10 ms: https://docs.kernel.org/scheduler/sched-stats.html
 */
export function cpuNanoseconds(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks)
    .map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, nanoseconds) => sum + nanoseconds, 0);
}
