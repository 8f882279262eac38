import { clientKeyPath } from '../../test/harness/client-pod.ts';
import { scene } from '../scene.ts';
import { chapter, say } from '../terminal.ts';

/** What to try next. */
export function lookAround(): void {
  const { namespace, operatorNamespace } = scene;
  chapter('Look around');
  if (process.env['GATEWAYPOOL_DEMO_OWN_CLUSTER'] === 'true') {
    say('The cluster stays up. `make cluster-shell` opens a shell in it; there, try:');
  } else {
    say('Everything stays as it is. Try:');
  }
  say(`
  kubectl -n ${namespace} get gwp -o wide
  kubectl -n ${namespace} describe gwp bastion
  kubectl -n ${namespace} get gwp bastion -o jsonpath='{.status.slots}'
  kubectl -n ${namespace} patch gwp bastion --type merge -p '{"spec":{"maxInstances":3}}'
  kubectl -n ${namespace} exec -it client -- ssh -i ${clientKeyPath} -o StrictHostKeyChecking=no gateway@bastion
  kubectl -n ${operatorNamespace} logs -l app.kubernetes.io/name=gatewaypool-operator --prefix

\`make demo-down\` removes every trace.`);
}
