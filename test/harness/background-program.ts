import { type ClientPod, inClient, inside } from './client-pod.ts';
import { mustRun } from './command.ts';
import { eventually } from './eventually.ts';

/** A Node program that goes on inside a pod, so that it does not hang on our own connection to the API server. */
export interface BackgroundProgram {
  readonly client: ClientPod;
  readonly id: string;
}

const folder = '/tmp/programs';

/**
 * Starts a program, given as source text (CommonJS without dependencies). Its report is one line of JSON, which it replaces whenever
 * something changed, in the file whose path it gets as its first argument; `args` follow.
 */
export async function startInBackground(
  client: ClientPod,
  id: string,
  source: string,
  args: readonly string[],
): Promise<BackgroundProgram> {
  const quoted = args.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  const script = `mkdir -p ${folder} && cd ${folder} && rm -f ${id}.json && cat >${id}.js &&
    { node ${id}.js ${folder}/${id}.json ${quoted} >${id}.log 2>&1 </dev/null & echo $! >${id}.pid; }`;
  await mustRun('kubectl', ['exec', '-i', ...inside(client), '--', 'sh', '-c', script], { input: source });
  return { client, id };
}

/** What the program reported last; undefined when it has not reported yet. Throws what it printed when it ended by an error. */
export async function reportOf({ client, id }: BackgroundProgram): Promise<unknown> {
  const output = await inClient(
    client,
    `cd ${folder}; if [ -s ${id}.log ]; then cat ${id}.log >&2; exit 1; fi; cat ${id}.json 2>/dev/null || true`,
  );
  return output.trim() === '' ? undefined : JSON.parse(output);
}

/** Asks the program to end (SIGTERM), waits until it has, and returns its last report. */
export async function endOf(program: BackgroundProgram, seconds: number): Promise<unknown> {
  const { client, id } = program;
  await inClient(client, `kill $(cat ${folder}/${id}.pid) 2>/dev/null || true`);
  // A container whose first process does not care for orphans keeps them as zombies.
  const state = `sed -n 's/^State:[[:space:]]*//p' /proc/$(cat ${folder}/${id}.pid)/status 2>/dev/null || true`;
  await eventually(`program ${id} ends`, seconds, async () => /^(Z|$)/.test(await inClient(client, state)));
  return reportOf(program);
}
