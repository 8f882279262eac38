import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { controlPlaneTimeoutMilliseconds } from '../../cluster/control-plane.ts';
import type { Place, TestCluster } from './cluster.ts';
import { createConfig, startTestCluster } from './cluster.ts';
import type { OperatorProcess } from './operator-process.ts';
import { startOperator } from './operator-process.ts';
import type { StandInNode } from './stand-in-node.ts';
import { startNode } from './stand-in-node.ts';

/** For a test with several waits. */
export const testTimeoutMilliseconds = 180_000;

/** Where the tests of one file work: a cluster for all of them, and a namespace for each. */
export interface Workplace extends Place {
  readonly operator: OperatorProcess;
  readonly node: StandInNode;
}

export interface WorkplaceOptions {
  /** An operator runs for the whole file. Default true. */
  readonly operator?: boolean;
  /** Each namespace has the Secret that its pools share. Default true. */
  readonly config?: boolean;
  /** A stand-in node runs the pods of each namespace. Default false. */
  readonly node?: boolean;
}

/** Prepares before the tests of this file, and cleans up after them. Its members may be read from the first test on. */
export function workplace({ operator = true, config = true, node = false }: WorkplaceOptions = {}): Workplace {
  let cluster: TestCluster | undefined;
  let running: OperatorProcess | undefined;
  let namespace: string | undefined;
  let standIn: StandInNode | undefined;

  const place: Workplace = {
    get cluster() {
      return there('cluster', cluster);
    },
    get operator() {
      return there('operator', running);
    },
    get namespace() {
      return there('namespace', namespace);
    },
    get node() {
      return there('node', standIn);
    },
    operatorOutput: () => running?.output() ?? '',
  };

  beforeAll(async () => {
    cluster = await startTestCluster();
    if (operator) running = await startOperator(cluster.controlPlane);
  }, controlPlaneTimeoutMilliseconds);

  afterAll(async () => {
    await running?.stop('SIGTERM');
    await cluster?.stop();
  });

  beforeEach(async () => {
    namespace = await place.cluster.namespace();
    if (config) await createConfig(place);
    if (node) standIn = await startNode(place);
  }, testTimeoutMilliseconds);

  afterEach(async () => {
    await standIn?.close();
    standIn = undefined;
  });

  return place;
}

function there<T>(what: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`The workplace has no ${what}, or not yet`);
  return value;
}
