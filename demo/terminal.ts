import { styleText } from 'node:util';
import { type CommandResult, runCommand } from '../test/harness/command.ts';

/** A chapter's heading. */
export function chapter(title: string): void {
  process.stdout.write(`\n${styleText(['bold', 'cyan'], title)}\n${styleText('cyan', '─'.repeat(title.length))}\n`);
}

/** A sentence for the person who watches. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a command as a person would type it, runs it, prints what it printed. Warnings on stderr are part of the show. */
export async function show(
  command: string,
  options: { readonly input?: string; readonly mayFail?: boolean } = {},
): Promise<CommandResult> {
  process.stdout.write(`\n${styleText('green', '$')} ${styleText('bold', command)}\n`);
  const result = await runCommand('sh', ['-c', command], {
    timeoutMilliseconds: 180_000,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  process.stdout.write(indent(result.stderr + result.stdout));
  if (result.code !== 0 && options.mayFail !== true) throw new Error(`exit code ${result.code}: ${command}`);
  return result;
}

/** Runs something that takes a while; says every five seconds that it still goes on, and how long it usually takes. */
export async function waitFor<T>(what: string, usualSeconds: number, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const elapsed = () => Math.round((performance.now() - started) / 1000);
  process.stdout.write(styleText('dim', `… ${what} (about ${usualSeconds} s)\n`));
  const ticker = setInterval(() => {
    process.stdout.write(styleText('dim', `… ${what}: ${elapsed()} s of about ${usualSeconds}\n`));
  }, 5000);
  try {
    return await work();
  } finally {
    clearInterval(ticker);
  }
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}\n`)
    .join('');
}
