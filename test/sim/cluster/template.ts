import type { ResolvedSpec } from '../../../src/api/resolve.ts';

/** As much of a pod template as makes a difference here. */
export interface SimTemplate {
  /** Annotation that the operator writes: what the user asked for. */
  readonly revision: string;
  readonly image: string;
  /** Value of the Secret that the pod's copy holds. */
  readonly config: number;
  readonly drainSeconds: number;
  readonly sidecar: string;
  /** Annotation that `kubectl rollout restart` writes; 0: there is none. */
  readonly restartedAt: number;
}

/** How a gateway of this template behaves once it may start. */
export type Behaviour = 'Serves' | 'Crashes' | 'ImageMissing' | 'NeverReady';

/** Images and values of the Secret that do not work. */
const behaviours: Readonly<Record<string, Behaviour>> = {
  'gateway:crash': 'Crashes',
  'gateway:absent': 'ImageMissing',
  'gateway:mute': 'NeverReady',
};

/** Every seventh value of the Secret keeps all rules of its format, and the gateway refuses it all the same. */
export function behaviourOf({ image, config }: Pick<SimTemplate, 'image' | 'config'>): Behaviour {
  return behaviours[image] ?? (config % 7 === 0 ? 'Crashes' : 'Serves');
}

/** What an instance is made from: a change of any of these is a new revision. Neither drain nor sidecar are among them. */
export function revisionNamed(image: string, config: number, restart: number): string {
  return `${image}, config ${config}${restart === 0 ? '' : `, restart ${restart}`}`;
}

export function templateOf(spec: ResolvedSpec, config: number, restart: number, sidecar: string): SimTemplate {
  const revision = revisionNamed(spec.image, config, restart);
  return { revision, image: spec.image, config, drainSeconds: spec.drain.deadlineSeconds, sidecar, restartedAt: 0 };
}

/** Two templates with one key are the same to the Deployment controller. */
export function keyOf(template: SimTemplate): string {
  const { revision, image, config, drainSeconds, sidecar, restartedAt } = template;
  return [revision, image, config, drainSeconds, sidecar, restartedAt].join(' | ');
}

/** Whether somebody changed by hand what the operator had written. */
export function isEdited({ revision, image }: SimTemplate): boolean {
  return revision !== '' && !revision.startsWith(`${image}, `);
}

/** Name of the immutable copy of one value of the Secret. */
export function copyNamed(config: number): string {
  return `prod-config-${config}`;
}

export function configOfCopy(copy: string): number {
  return Number(copy.slice('prod-config-'.length));
}
