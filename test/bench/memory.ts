/**
 * What the two programs take of a node's memory, as the kernel counts it: the operator in-cluster with 20 steady pools × 3 instances,
 * and a sidecar in static mode under 64 busy HTTP connections.
 */
import { longStep } from '../cluster/progress.ts';
import { type OnEnd, runBench } from './bench.ts';
import { type Figure, median, report } from './figure.ts';
import { assertRunning } from './operator/operator-process.ts';
import { startSteadyPools } from './operator/steady-pools.ts';
import { instancesPerPool, poolCount } from './pools.ts';
import { type ResidentMemory, sampleMemory } from './resident-memory.ts';
import { keepBusy, startBackends } from './sidecar/busy-connections.ts';
import { startStaticSidecar } from './sidecar/static-sidecar.ts';

const operatorSeconds = 30;
const sidecarSeconds = 20;
const connections = 64;
const backends = 3;

await runBench(540, async (onEnd) => {
  const sidecar = await measureSidecar(onEnd);
  const operator = await measureOperator(onEnd);

  const operatorTitle = `operator: ${poolCount} steady pools × ${instancesPerPool} instances, ${operatorSeconds} s`;
  const sidecarTitle = `sidecar: static mode, ${connections} busy HTTP connections, ${backends} backends`;
  report(`Memory of ${operatorTitle}; ${sidecarTitle}`, [...operator, ...sidecar]);
});

async function measureSidecar(onEnd: OnEnd): Promise<Figure[]> {
  const { sidecar, port } = await startStaticSidecar(await startBackends(backends, onEnd), onEnd);
  const idle = await sampleMemory(sidecar.pid, 3);
  const samples: ResidentMemory[] = [];
  const rates: Figure[] = [];
  for (const load of ['small', 'mixed'] as const) {
    const stop = new AbortController();
    onEnd(() => stop.abort());
    const traffic = keepBusy(port, connections, load, stop.signal);
    const step = async () => sampleMemory(sidecar.pid, sidecarSeconds);
    samples.push(...(await longStep(`sidecar under load, ${load} pages`, sidecarSeconds, step)));
    stop.abort();
    if (traffic.requests === 0 || traffic.failures > 0) {
      throw new Error(`${traffic.requests} requests, of which ${traffic.failures} failed:\n${sidecar.logTail()}`);
    }
    const value = traffic.requests / sidecarSeconds;
    rates.push({ figure: `sidecar_${load}_requests`, value, unit: 'requests per second' });
  }
  return [
    ...figuresOf('sidecar', samples, 64),
    { figure: 'sidecar_rss_idle_mib', value: median(idle.map(({ rss }) => rss)), unit: 'MiB' },
    ...rates,
  ];
}

async function measureOperator(onEnd: OnEnd): Promise<Figure[]> {
  const { operator } = await startSteadyPools(onEnd);
  const samples = await longStep('operator at rest', operatorSeconds, async () =>
    sampleMemory(operator.pid, operatorSeconds),
  );
  assertRunning(operator);
  return figuresOf('operator', samples, 110);
}

/** The bound is on the largest sample; the peak may be older than the samples. */
function figuresOf(program: 'operator' | 'sidecar', samples: readonly ResidentMemory[], must: number): Figure[] {
  const unit = 'MiB';
  return [
    { figure: `${program}_rss_mib`, value: Math.max(...samples.map(({ rss }) => rss)), unit, must },
    { figure: `${program}_rss_median_mib`, value: median(samples.map(({ rss }) => rss)), unit },
    { figure: `${program}_rss_anon_mib`, value: Math.max(...samples.map(({ anonymous }) => anonymous)), unit },
    { figure: `${program}_rss_peak_mib`, value: Math.max(...samples.map(({ peak }) => peak)), unit },
  ];
}
