import { describe, expect, it } from '@jest/globals';
import { run } from './run.ts';

describe('run', () => {
  it('returns what the program printed, and gives it its input', async () => {
    expect(await run('tr', ['a-z', 'A-Z'], { input: 'gateway' })).toBe('GATEWAY');
  });

  it('hands over each line of stderr, also one that comes in pieces', async () => {
    const lines: string[] = [];

    await run('sh', ['-c', 'printf one- >&2; sleep 0.05; printf "piece\\ntwo\\n" >&2'], {
      onStderrLine: (line) => lines.push(line),
    });

    expect(lines).toEqual(['one-piece', 'two']);
  });

  it.each([
    { name: 'its stderr', script: 'echo no such pool >&2; exit 3', message: /exit code 3: no such pool$/ },
    { name: 'its stdout when stderr is empty', script: 'echo on stdout; exit 1', message: /exit code 1: on stdout$/ },
    { name: 'the signal that ended it', script: 'kill -KILL $$', message: /was ended by SIGKILL/ },
  ])('fails with the command line and $name', async ({ script, message }) => {
    const failed = run('sh', ['-c', script]);

    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toThrow(`sh -c ${script}`);
  });

  it('ends a program that takes too long', async () => {
    const late = run('sleep', ['60'], { timeoutMilliseconds: 50 });

    await expect(late).rejects.toThrow('sleep 60 was ended by SIGKILL');
  });

  it('names a program that is not there', async () => {
    await expect(run('no-such-program', [])).rejects.toThrow('cannot run no-such-program');
  });
});
