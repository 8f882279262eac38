import { isConfigCopyName } from '../names.ts';

/** Where a pod's spec may refer to a Secret. */
export interface PodSpecReferences {
  volumes?: { secret?: { secretName?: string } }[];
  containers?: { env?: { valueFrom?: { secretKeyRef?: { name?: string } } }[] }[];
}

/** The copy of the configuration that a pod uses; undefined when there is none in its spec. */
export function configCopyOf(spec: PodSpecReferences | undefined): string | undefined {
  const mounted = spec?.volumes?.map((volume) => volume.secret?.secretName) ?? [];
  const variables = spec?.containers?.flatMap((container) => container.env ?? []) ?? [];
  const referred = variables.map((variable) => variable.valueFrom?.secretKeyRef?.name);
  return [...mounted, ...referred].find((name) => name !== undefined && isConfigCopyName(name));
}
