import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly timeoutMilliseconds?: number;
  /** Called with each line of stderr as it comes. */
  readonly onStderrLine?: (line: string) => void;
}

/** Runs a program to its end and returns its stdout. Throws with the command line and the end of its stderr when it fails. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMilliseconds ?? 0,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  let partial = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-4000);
    const lines = (partial + chunk).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) options.onStderrLine?.(line);
  });
  // A program that ends without reading its input is judged by its exit code alone.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');

  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`cannot run ${command}: ${error.message}`, { cause: error })));
    child.once('close', (code, signalName) => {
      if (code === 0) {
        resolve(stdout);
        return;
      }
      const how = code === null ? `was ended by ${signalName ?? 'a signal'}` : `failed with exit code ${code}`;
      reject(new Error(`${[command, ...args].join(' ')} ${how}: ${stderr.trim() || stdout.trim().slice(-4000)}`));
    });
  });
}
