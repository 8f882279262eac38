import type { NewTemplate } from '../../../src/operator/seat-protocol/seat-api.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { replaceDeployment, say } from '../cluster/cluster.ts';
import type { SimDeployment } from '../cluster/objects.ts';
import type { SimTemplate } from '../cluster/template.ts';
import type { Intent } from './intent.ts';

/** Gives a slot's Deployment another template: the one that the operator rendered, or one that a ReplicaSet of it remembers. */
export function replaceTemplate(
  cluster: Cluster,
  deployment: SimDeployment,
  { to, lastGood }: NewTemplate,
  rendered: SimTemplate,
  intent: Intent,
): 'Replaced' | 'NoSuchRevision' {
  const template = to.kind === 'Current' ? current(deployment, rendered) : remembered(deployment, to.good.revision);
  if (template === undefined) return 'NoSuchRevision';

  const back = to.kind === 'Current' ? '' : ' back';
  say(cluster, `Deployment ${deployment.slot} goes${back} to ${template.revision}`);
  cluster.onOccurrence({ kind: 'SlotRolled', deployment, template, intent });
  const failedRevision = to.kind === 'Current' ? undefined : to.failedRevision;
  replaceDeployment(cluster, deployment.uid, { template, lastGood, failedRevision });
  return 'Replaced';
}

/** What others have set stays: `kubectl rollout restart` is not undone. */
function current({ template }: SimDeployment, rendered: SimTemplate): SimTemplate {
  return { ...rendered, restartedAt: template.restartedAt };
}

function remembered({ replicaSets }: SimDeployment, revision: string): SimTemplate | undefined {
  return replicaSets.findLast(({ template }) => template.revision === revision)?.template;
}
