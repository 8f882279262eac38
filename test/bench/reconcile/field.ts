import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gatewayPoolType } from '../../../src/api/identity.ts';
import { type ResourceType, resourcePath } from '../../../src/kube/object.ts';
import { childTypes } from '../../../src/operator/observe/caches.ts';
import { deploymentType, secretType } from '../../../src/operator/resources.ts';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane.ts';
import { type AuditedRequest, followAuditLog, isLease } from '../audit-trail.ts';
import type { OnEnd } from '../bench.ts';
import { type Installation, installChart } from '../operator/installation.ts';
import { namespaceManifest } from '../pools.ts';
import { type BareClient, createBareClient } from './bare-client.ts';
import { isPoolCreation } from './round.ts';

/** An API server, and who talks to it. */
export interface Field {
  readonly controlPlane: ControlPlane;
  readonly installation: Installation;
  /** The user, who creates pools. */
  readonly user: BareClient;
  /** A minimal client with the operator's own credentials. */
  readonly bare: BareClient;
  /**
   * All requests since the last call, those of pools being created and those with the operator's credentials (but for watches and the
   * Lease), until there were none for a second and `isDone`.
   */
  settled(isDone?: (requests: readonly AuditedRequest[]) => boolean): Promise<AuditedRequest[]>;
}

const settleSeconds = 60;
const quietMilliseconds = 1000;

/**
 * Note: without kube-controller-manager. It would create ReplicaSets and pods for the slots, whoever made them, and on two cores that
 * takes longer than everything that is measured here.
 */
export async function startField(onEnd: OnEnd): Promise<Field> {
  const controlPlane = await startControlPlane({ controllerManager: false });
  onEnd(async () => controlPlane.stop());
  const installation = await installChart(controlPlane);
  const ca = await readFile(controlPlane.caFile);
  const user = createBareClient(controlPlane.server, ca, await administratorToken(controlPlane));
  const bare = createBareClient(controlPlane.server, ca, installation.token);
  onEnd(() => [user, bare].forEach((client) => client.close()));

  const audit = followAuditLog(controlPlane.auditLogPath ?? '');
  const counts = (request: AuditedRequest): boolean =>
    isPoolCreation(request) ||
    (request.user.username === installation.userName && request.verb !== 'watch' && !isLease(request));
  return {
    controlPlane,
    installation,
    user,
    bare,
    async settled(isDone = () => true) {
      const requests: AuditedRequest[] = [];
      const deadline = performance.now() + settleSeconds * 1000;
      let quietSince = performance.now();
      while (performance.now() - quietSince < quietMilliseconds || !isDone(requests)) {
        if (performance.now() > deadline)
          throw new Error(`The pools were not whole and quiet within ${settleSeconds} s`);
        await sleep(100);
        const news = audit.read().filter(counts);
        if (news.length > 0) quietSince = performance.now();
        requests.push(...news);
      }
      return requests;
    },
  };
}

async function administratorToken(controlPlane: ControlPlane): Promise<string> {
  const kubectl = async (args: readonly string[]) => controlPlane.kubectl(args);
  await kubectl(['create', 'serviceaccount', 'bench', '-n', 'default']);
  await kubectl([
    'create',
    'clusterrolebinding',
    'bench',
    '--clusterrole=cluster-admin',
    '--serviceaccount=default:bench',
  ]);
  return (await kubectl(['create', 'token', 'bench', '-n', 'default', '--duration=2h'])).trim();
}

/** A new namespace with everything that a user makes before the pools. */
export async function prepare(field: Field, namespace: string): Promise<void> {
  await field.controlPlane.kubectl(['apply', '-f', '-'], namespaceManifest(namespace));
  await field.settled();
}

/** Removes the pools and their children, so that all rounds find the same cluster: there is no garbage collector here. */
export async function clear(field: Field, namespace: string): Promise<void> {
  const removeAll = async (type: ResourceType) => field.user.send('DELETE', resourcePath(type, { namespace }));
  await removeAll(gatewayPoolType);
  // The operator would put back the children of a pool that it still sees.
  await field.settled();
  await Promise.all([...childTypes, deploymentType, secretType].map(removeAll));
  await field.settled();
}
