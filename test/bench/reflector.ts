/** What a cache of 50,000 pods costs in memory and time, each way of reading in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { createInterface } from 'node:readline';
import { longStep } from '../cluster/progress.ts';
import { createTlsTexts } from '../faults/tls-files.ts';
import { type OnEnd, runBench } from './bench.ts';
import { type Figure, report } from './figure.ts';
import { startPodServer } from './reflector/pod-server.ts';
import { residentMemory } from './resident-memory.ts';

const pods = 50_000;
const changes = 50_000;

/** Most of what a watch brings is garbage a moment later. V8 collects it later the more room it has, by default tens of MiB. */
const nodeFlags = ['--max-semi-space-size=4'];

interface Way {
  readonly name: string;
  readonly kind: 'metadata' | 'whole';
  readonly initialObjects: boolean;
}

const ways: readonly Way[] = [
  { name: 'metadata_watched', kind: 'metadata', initialObjects: true },
  { name: 'trimmed_watched', kind: 'whole', initialObjects: true },
  { name: 'metadata_listed', kind: 'metadata', initialObjects: false },
  { name: 'trimmed_listed', kind: 'whole', initialObjects: false },
];

await runBench(300, async (onEnd) => {
  const directory = await mkdtemp(join(tmpdir(), 'gatewaypool-bench-'));
  onEnd(async () => rm(directory, { recursive: true, force: true }));
  // As the operator is shipped: bundled. Node's own TypeScript support alone takes tens of MiB.
  const program = join(directory, 'child.cjs');
  const entryPoints = [join(import.meta.dirname, 'reflector', 'child.ts')];
  await build({ entryPoints, outfile: program, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });

  const figures: Figure[] = [];
  for (const way of ways) {
    figures.push(
      ...(await longStep(`reflector of ${pods} pods, ${way.name}`, 15, async () => measure(way, program, onEnd))),
    );
  }
  report(`A cache of ${pods} pods, filled and then changed ${changes} times`, figures);
});

async function measure({ name, kind, initialObjects }: Way, program: string, onEnd: OnEnd): Promise<Figure[]> {
  const tls = await createTlsTexts();
  const caFile = join(dirname(program), 'ca.crt');
  await writeFile(caFile, tls.ca);
  const server = await startPodServer(tls, { pods, changes, initialObjects });

  const child = spawn(
    process.execPath,
    [...nodeFlags, program, server.url.href, caFile, kind, String(pods), String(changes)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onEnd(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout);
  const next = async (): Promise<{ seconds: number; peak: number }> => {
    const [milliseconds] = await once(lines, 'line');
    return { seconds: Number(milliseconds) / 1000, peak: residentMemory(child.pid ?? 0).peak };
  };
  const filled = await next();
  const changed = await next();
  child.kill('SIGKILL');
  await server.close();

  return [
    // Pages are for old API servers; their JSON is parsed 500 objects at a time.
    {
      figure: `reflector_${name}_rss_peak_mib`,
      value: filled.peak,
      unit: 'MiB',
      ...(initialObjects ? { must: 160 } : {}),
    },
    { figure: `reflector_${name}_changed_rss_peak_mib`, value: changed.peak, unit: 'MiB' },
    { figure: `reflector_${name}_filled`, value: filled.seconds, unit: 's' },
    {
      figure: `reflector_${name}_events`,
      value: changes / (changed.seconds - filled.seconds),
      unit: 'events per second',
    },
  ];
}
