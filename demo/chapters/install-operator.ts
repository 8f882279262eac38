import { helmArguments } from '../../test/harness/install.ts';
import { images } from '../../test/harness/images.ts';
import { scene } from '../scene.ts';
import { chapter, show, waitFor } from '../terminal.ts';

/** The operator, by its Helm chart, with two replicas of which one leads. */
export async function installOperator(): Promise<void> {
  chapter('A cluster, and the operator by its Helm chart');
  await show('kubectl get nodes -o wide | cut -c 1-80');
  const command = `helm ${helmArguments(scene.operatorNamespace, images.product).join(' ')}`;
  await waitFor('helm installs the operator', 15, () => show(command));
  await show(`kubectl -n ${scene.operatorNamespace} get deployments,pods`);
}
