import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** One change of one pod, at the moment when we heard of it. */
export interface PodChange {
  /** By `performance.now()`. */
  readonly at: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly pod: string;
  readonly terminating: boolean;
  /** The gateway's container runs. */
  readonly gatewayRuns: boolean;
  readonly ready: boolean;
}

export interface PodWatch {
  changes(): readonly PodChange[];
  close(): void;
}

const fields = [
  '{.type}',
  '{.object.metadata.name}',
  '{.object.metadata.deletionTimestamp}',
  '{.object.status.containerStatuses[?(@.name=="gateway")].started}',
  '{.object.status.conditions[?(@.type=="Ready")].status}',
];

/** Hears of every change of the namespace's pods by one watch, so that measuring costs next to nothing. Begins with those that exist. */
export async function watchPods(namespace: string): Promise<PodWatch> {
  const output = `-o=jsonpath=${fields.join('|')}{"\\n"}`;
  const child = spawn('kubectl', ['get', 'pods', '-n', namespace, '--watch', '--output-watch-events', output], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const changes: PodChange[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    const change = podChange(line, performance.now());
    if (change !== undefined) changes.push(change);
  });
  await once(lines, 'line');
  return { changes: () => changes, close: () => void child.kill() };
}

/** One line of kubectl's; undefined for one that is no change of a pod. */
export function podChange(line: string, at: number): PodChange | undefined {
  const [type, pod = '', deletion = '', started = '', ready = ''] = line.split('|');
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return undefined;
  return { at, type, pod, terminating: deletion !== '', gatewayRuns: started === 'true', ready: ready === 'True' };
}
