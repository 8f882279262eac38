import type { ResourceType } from '../kube/object.ts';

/** The API group of everything that this product adds to a cluster. */
export const group = 'pam.gatewaypool.io';

/** The resource as the REST API addresses it. */
export const gatewayPoolType: ResourceType = {
  group,
  version: 'v1alpha1',
  plural: 'gatewaypools',
  kind: 'GatewayPool',
  namespaced: true,
};

/** Labels that tie an object to its pool. */
export const labels = {
  /** The pool's name, on every child object. */
  pool: `${group}/pool`,
  /** The slot's name, on slot Deployments and their pods. */
  slot: `${group}/slot`,
  /** Set by users on config Secrets (value `true`), so that the operator sees a rotation at once. */
  config: `${group}/config`,
} as const;

/** Annotations that the operator writes. */
export const annotations = {
  /** On the pod template of a slot: the hash of the user's inputs it was rendered from. */
  revision: `${group}/revision`,
  /** On a slot's Deployment: what gave it another version, so that a stop fails that was decided before: a gate rebuilt, a drain taken back. */
  gate: `${group}/gate`,
  /** On children: the hash of what was applied last, so that a restarted operator need not apply it again. */
  applied: `${group}/applied`,
  /** On a copy of the configuration: the order in which copies came into use, the highest last. */
  sequence: `${group}/sequence`,
  /** On a slot's Deployment: what it goes back to when its revision fails, as JSON `{revision, configCopy}`. */
  lastGood: `${group}/last-good`,
  /** On a slot's Deployment: the revision that failed in it. */
  failedRevision: `${group}/failed-revision`,
} as const;

/** Annotations that users write. */
export const requests = {
  /** On a slot's Deployment, any value: stop this instance when its sessions are over. A wanted one starts again. */
  stop: `${group}/stop`,
  /** On a pool, any value: replace all instances, as after a change of the image. A new value asks again. */
  restart: `${group}/restart`,
} as const;

/** Who owns the fields that the operator applies, and who reports its Events. */
export const fieldManager = 'gatewaypool-operator';
