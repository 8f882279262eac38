import { describe, expect, it } from '@jest/globals';
import { isAlive, ModelWorld } from './model-world.ts';
import type { ModelPod } from './model-world.ts';

const seeds = Number(process.env['SEEDS'] ?? 60);

/** Mulberry32: small, fast, and the same numbers on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Anything that a cluster, an operator or a user may do to the pods of a slot. */
function disturb(world: ModelWorld, random: () => number): void {
  const living = world.pods.filter((pod) => isAlive(pod) && !pod.deleted);
  const pick = (pods: ModelPod[]): ModelPod | undefined => pods[Math.floor(random() * pods.length)];
  const onPod = (pods: ModelPod[], act: (pod: ModelPod) => void): void => {
    const pod = pick(pods);
    if (pod !== undefined) act(pod);
  };
  const newUid = (): string => `${Math.floor(random() * 1e6)}-${world.pods.length}`;

  const actions = [
    () => world.createPod(newUid()),
    () => world.createPod(newUid()),
    () => onPod(living, (pod) => world.deletePod(pod)),
    () => onPod(world.running(), (pod) => world.turnHealth(pod)),
    () => onPod(world.pods.filter(isAlive), (pod) => world.crashSidecar(pod)),
    () => onPod(living, (pod) => world.loseNode(pod)),
    () => world.writeGate({ mode: 'Hold', seated: world.running().map((pod) => pod.uid) }),
    () => world.writeGate({ mode: 'SelfHeal', slots: random() < 0.2 ? [] : ['prod-0'] }),
    () => {
      world.gateExists = !world.gateExists;
    },
    () => {
      world.apiDown = !world.apiDown;
    },
  ];
  actions[Math.floor(random() * actions.length)]?.();
}

/** The faults end: from here on a gateway must come up. */
function heal(world: ModelWorld): void {
  world.apiDown = false;
  world.gateExists = true;
  world.writeGate({ mode: 'SelfHeal', slots: ['prod-0'] });
}

describe(`pods of one slot, in ${seeds} random worlds`, () => {
  it('never run two gateways, and one in the end', async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const random = randomFrom(seed);
      const world = new ModelWorld(random, { lostQuestions: 0.2 });
      for (let step = 0; step < 25; step++) {
        disturb(world, random);
        await world.advance(random() * 8000);
      }

      heal(world);
      world.createPod('999999-last');
      await world.advance(180_000);
      const running = world.running().length;
      world.end();

      expect({ seed, violations: world.violations, running }).toEqual({ seed, violations: [], running: 1 });
    }
  }, 120_000);

  it('choose one of five that are created at once', async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const world = new ModelWorld(randomFrom(seed), { lostQuestions: 0 });
      for (const uid of ['e', 'c', 'a', 'd', 'b']) world.createPod(uid);

      await world.advance(20_000);
      const running = world.running().length;
      world.end();

      expect({ seed, violations: world.violations, running }).toEqual({ seed, violations: [], running: 1 });
    }
  }, 120_000);
});
