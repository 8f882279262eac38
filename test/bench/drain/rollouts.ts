import { say } from '../../cluster/progress.ts';
import { type Environment, runWebPool } from '../../e2e/environment.ts';
import { images, nextImages } from '../../harness/images.ts';
import { applyYaml, kubectl } from '../../harness/kubectl.ts';
import { patchPool, waitForPool } from '../../harness/pools.ts';
import { type Figure, median } from '../figure.ts';
import { type PodWatch, watchPods } from './pod-watch.ts';
import { describeSlot, phasesOf, type SlotPhases } from './phases.ts';

/** An idle pool of three, and three bare Deployments of the same gateway image, on the same nodes. */
export interface Both {
  readonly namespace: string;
  readonly slots: readonly string[];
  readonly bare: readonly string[];
}

/** One rollout from the edit until the last new pod was Ready for `minReadySeconds`. */
interface Rollout {
  readonly milliseconds: number;
  readonly phases: readonly SlotPhases[];
}

const pool = 'idle';
const instances = [0, 1, 2];
/** The default of `rollout.minReadySeconds`. */
const minReadySeconds = 5;
const rolloutSeconds = 100;

/** As somebody would run this gateway without the product: its own readiness probe is the one difference to a pool's pod. */
const bareManifest = (name: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 1
  minReadySeconds: ${minReadySeconds}
  strategy: {type: Recreate}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}, kind: bare}}
    spec:
      containers:
      - name: gateway
        image: ${images.web}
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}
`;

export async function startBoth(environment: Environment): Promise<Both> {
  const { namespace } = environment;
  const bare = instances.map((instance) => `bare-${instance}`);
  await applyYaml(namespace, bare.map(bareManifest).join('---'));
  await runWebPool(environment, pool, instances.length);
  const slots = instances.map((instance) => `${pool}-${instance}`);
  for (const name of [...bare, ...slots]) await rolledOut(namespace, name);
  return { namespace, slots, bare };
}

/** The two take turns at being first. Times of each slot are told of the last round. */
export async function compareRollouts(both: Both, rounds: number): Promise<Figure[]> {
  const pairs: { pool: Rollout; bare: Rollout }[] = [];
  for (let round = 1; round <= rounds; round++) {
    const image = round % 2 === 1 ? nextImages.web : images.web;
    const ofPool = () => timed(both, both.slots, async () => rollPool(both, image));
    const ofBare = () => timed(both, both.bare, async () => rollBare(both, image));
    const pair =
      round % 2 === 1 ? { pool: await ofPool(), bare: await ofBare() } : { bare: await ofBare(), pool: await ofPool() };
    pairs.push(pair);
    say(`rollout ${round} of ${rounds}: pool ${seconds(pair.pool)} s, bare Deployments ${seconds(pair.bare)} s`);
  }
  const last = pairs.at(-1);
  for (const phases of [...(last?.pool.phases ?? []), ...(last?.bare.phases ?? [])]) say(describeSlot(phases));

  const ratios = pairs.map((pair) => pair.pool.milliseconds / pair.bare.milliseconds);
  return [
    { figure: 'rollout_ratio', value: median(ratios), unit: 'pool ÷ bare', aim: 1.3 },
    { figure: 'rollout_pool', value: median(pairs.map((pair) => pair.pool.milliseconds)) / 1000, unit: 's' },
    { figure: 'rollout_bare', value: median(pairs.map((pair) => pair.bare.milliseconds)) / 1000, unit: 's' },
  ];
}

async function rollPool({ namespace, slots }: Both, image: string): Promise<void> {
  await patchPool(namespace, pool, { image });
  await waitForPool(namespace, pool, 'three new instances', rolloutSeconds, ({ status }) => {
    return status.updatedInstances === slots.length;
  });
  for (const slot of slots) await rolledOut(namespace, slot);
}

/** What a careful person does by hand. */
async function rollBare({ namespace, bare }: Both, image: string): Promise<void> {
  for (const name of bare) {
    await kubectl(['set', 'image', `deployment/${name}`, `gateway=${image}`, '-n', namespace]);
    await rolledOut(namespace, name);
  }
}

async function rolledOut(namespace: string, deployment: string): Promise<void> {
  await kubectl(['rollout', 'status', `deployment/${deployment}`, '-n', namespace, `--timeout=${rolloutSeconds}s`], {
    timeoutMilliseconds: (rolloutSeconds + 5) * 1000,
  });
}

async function timed(both: Both, deployments: readonly string[], roll: () => Promise<void>): Promise<Rollout> {
  const watch: PodWatch = await watchPods(both.namespace);
  try {
    const start = performance.now();
    await roll();
    const end = performance.now();
    return { milliseconds: end - start, phases: phasesOf(watch.changes(), deployments, start, end) };
  } finally {
    watch.close();
  }
}

function seconds({ milliseconds }: Rollout): string {
  return (milliseconds / 1000).toFixed(1);
}
