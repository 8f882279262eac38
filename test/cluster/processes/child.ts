import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatRecord, recordOf } from './record.ts';

/** A daemon that lives at most as long as this process. */
export interface DaemonChild {
  readonly name: string;
  readonly pid: number;
  readonly running: boolean;
  /** The end of its log, for error messages. */
  logTail(): string;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after `graceMilliseconds`; resolves when the process is gone. */
  stop(graceMilliseconds: number): Promise<void>;
}

/**
 * Starts a program whose output goes to `directory/name.log` and whose record to `directory/name.pid`. `setpriv --pdeathsig` makes the
 * kernel kill it when this process dies, however that happens (prctl(2), PR_SET_PDEATHSIG).
 */
export function startChild(
  directory: string,
  name: string,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): DaemonChild {
  const logFile = join(directory, `${name}.log`);
  const log = openSync(logFile, 'a');
  let child: ChildProcess;
  try {
    child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
      stdio: ['ignore', log, log],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      // Its own process group, so that Ctrl-C in a terminal ends the tests first and the servers after them.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${name}: setpriv (package util-linux) is not on PATH`);
  const record = recordOf(pid);
  if (record !== undefined) writeFileSync(join(directory, `${name}.pid`), formatRecord(record));
  // Neither a forgotten stop() nor a failed test may keep a test runner from ending.
  child.unref();

  const running = () => child.exitCode === null && child.signalCode === null;
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
  };
  return {
    name,
    pid,
    get running() {
      return running();
    },
    logTail: () => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n'),
    kill,
    async stop(graceMilliseconds) {
      if (!running()) return;
      child.ref();
      const exited = once(child, 'exit');
      kill(graceMilliseconds > 0 ? 'SIGTERM' : 'SIGKILL');
      const timer = new AbortController();
      const graceOver = sleep(graceMilliseconds, undefined, { signal: timer.signal })
        .then(() => kill('SIGKILL'))
        .catch(() => undefined);
      await exited;
      timer.abort();
      await graceOver;
    },
  };
}
