import { kubectl } from './kubectl.ts';

/** The sum of a metric's samples for the pools of one namespace, over all replicas of the operator. */
export async function operatorMetric(operatorNamespace: string, metric: string, namespace: string): Promise<number> {
  const names = await kubectl(['get', 'pods', '-n', operatorNamespace, '-o', 'jsonpath={.items[*].metadata.name}']);
  const texts = names.split(' ').map((name) => {
    return kubectl(['get', '--raw', `/api/v1/namespaces/${operatorNamespace}/pods/${name}:8080/proxy/metrics`]);
  });
  return (await Promise.all(texts))
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith(`${metric}{`) && line.includes(`namespace="${namespace}"`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
