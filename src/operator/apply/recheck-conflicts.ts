import type { KubeClient } from '../../kube/client.ts';
import { isNotFound } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import { belongsTo, describeForeign } from '../observe/ownership.ts';
import type { ForeignObject } from '../plan/observation.ts';
import type { RenderedPool } from '../render/pool.ts';
import { configMapType, deploymentType } from '../resources.ts';

/** Foreign objects that still have a name of ours. No watch shows them, because they do not bear our labels. */
export async function stillForeign(
  client: KubeClient,
  pool: RenderedPool,
  conflicts: readonly ForeignObject[],
  signal: AbortSignal,
): Promise<ForeignObject[]> {
  const looked = await Promise.all(
    conflicts.map(async ({ kind, name }) => {
      const type = [deploymentType, configMapType].find((known) => known.kind === kind);
      if (type === undefined) return undefined;
      try {
        const object = await client.get<KubeObject>(type, { namespace: pool.namespace, name }, { signal });
        return belongsTo(object, pool) ? undefined : describeForeign({ ...object, kind });
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    }),
  );
  return looked.filter((conflict) => conflict !== undefined);
}
