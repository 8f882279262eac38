import { templateRefusals } from '../../api/template-rules.ts';
import type { KubeObject } from '../../kube/object.ts';
import { childNames } from '../names.ts';
import { claims } from './claimed-fields.ts';
import type { Caches } from './caches.ts';
import type { CheckedConfig } from './config-reader.ts';
import { byPool } from './caches.ts';
import { configCheck, configCopies, hashOfCopy } from './config-copies.ts';
import { observeDrains } from './drains.ts';
import type { VersionAge } from './version-age.ts';
import { observeGate } from './gate.ts';
import { belongsTo, describeForeign } from './ownership.ts';
import type { PoolMemory } from './pool-memory.ts';
import type { ProgressAge } from './watched-pod.ts';
import { observeSlots } from './slots.ts';
import type { ForeignObject, Observation, PoolIdentity, Refusal, TlsCheck } from '../plan/observation.ts';
import type { RenderedPool } from '../render/pool.ts';
import { podTemplate } from '../render/pod-template.ts';
import { revisionOf } from '../render/revision.ts';

/** What an observation is made from, besides the caches. */
export interface ObserveInputs {
  readonly identity: PoolIdentity;
  readonly pool: RenderedPool;
  readonly caches: Caches;
  readonly config: CheckedConfig;
  readonly tls: TlsCheck;
  readonly memory: PoolMemory;
  readonly versionAge: VersionAge;
  readonly progressAge: ProgressAge;
  readonly gatewayAge: ProgressAge;
  readonly balancerImage: string;
}

/** Makes one plain value of what the caches say of a pool now. Asks nobody. */
export function observe(inputs: ObserveInputs): Observation {
  const { identity, pool, caches, memory, versionAge } = inputs;
  const key = `${pool.namespace}/${pool.name}`;
  const copies = configCopies(ownSecrets(caches, pool));
  const config = configCheck(pool.name, inputs.config, copies);
  const copy = config.state === 'Valid' ? config.copy : config.lastGoodCopy;
  const revisionWith = revisionsOf(pool);
  const revision = revisionWith(copy);

  const gate = caches.configMaps.get(`${pool.namespace}/${childNames(pool.name).seats}`);
  const isOwnGate = gate !== undefined && belongsTo(gate, pool);
  const settings = caches.configMaps.get(`${pool.namespace}/${childNames(pool.name).balancer}`);
  return {
    pool: { ...identity, spec: pool.spec, restart: pool.restart, revision },
    slots: observeSlots({
      pool,
      deployments: caches.deployments.byIndex(byPool, key),
      pods: caches.pods.byIndex(byPool, key),
      surroundings: {
        nodeOf: (name) => caches.nodes.get(name),
        progressAge: inputs.progressAge,
        gatewayAge: inputs.gatewayAge,
      },
      checks: {
        isDrift: (slot, fields) => {
          const inputsOfSlot = { configSecretName: copy ?? '', balancerImage: inputs.balancerImage, revision };
          return fields.some((field) => claims(field, podTemplate(pool, slot, inputsOfSlot)));
        },
        revisionWith,
      },
    }),
    gate: isOwnGate ? observeGate(gate, pool.uid, versionAge) : undefined,
    config,
    tls: inputs.tls,
    configCopies: copies.map(({ metadata }) => metadata.name),
    conflicts: conflictsOf(memory, gate, pool),
    drains: settings !== undefined && belongsTo(settings, pool) ? observeDrains(settings, pool.uid) : undefined,
    drainsAgeMilliseconds: settings === undefined ? 0 : versionAge(settings),
    balancerImage: inputs.balancerImage,
    refusals: [...refusedTemplate(pool), ...memory.children.refusals, ...memory.slots.refusals, ...refusedPods(inputs)],
  };
}

/** Revisions by copy of the configuration, each hashed once: many slots share a few copies. */
function revisionsOf({ spec, restart }: RenderedPool): (copy: string | undefined) => string {
  const known = new Map<string | undefined, string>();
  return (copy) => {
    const revision = known.get(copy) ?? revisionOf(spec, copy === undefined ? undefined : hashOfCopy(copy), restart);
    known.set(copy, revision);
    return revision;
  };
}

function ownSecrets(caches: Caches, pool: RenderedPool): KubeObject[] {
  const secrets = caches.configCopies.byIndex(byPool, `${pool.namespace}/${pool.name}`);
  return secrets.filter((secret) => belongsTo(secret, pool));
}

/** A gate with our labels and another owner shows in the cache at once; all other conflicts are found by trying. */
function conflictsOf(memory: PoolMemory, gate: KubeObject | undefined, pool: RenderedPool): ForeignObject[] {
  const remembered = [...memory.children.conflicts, ...memory.slots.conflicts];
  if (gate === undefined || belongsTo(gate, pool)) return remembered;

  const others = remembered.filter(({ kind, name }) => kind !== 'ConfigMap' || name !== gate.metadata.name);
  return [...others, describeForeign(gate)];
}

function refusedTemplate(pool: RenderedPool): Refusal[] {
  const errors = templateRefusals(pool.spec.template, pool.spec.drain.hook);
  return errors.length === 0 ? [] : [{ object: `A pod of ${pool.name}`, by: 'TemplateRules', errors }];
}

/** Deployments are accepted with pods that are not: quotas and Pod Security speak up when the pod is made. */
function refusedPods({ caches, pool }: ObserveInputs): Refusal[] {
  return caches.deployments.byIndex(byPool, `${pool.namespace}/${pool.name}`).flatMap((deployment) => {
    const failure = deployment.status?.conditions?.find(
      ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
    );
    if (failure === undefined) return [];
    const message = failure.message ?? '';
    return [
      { object: `Pod of Deployment ${deployment.metadata.name}`, by: 'ApiServer', errors: [{ field: '', message }] },
    ];
  });
}
