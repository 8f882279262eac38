import { componentNames, isRunning } from './components.ts';
import { findNamespace } from './namespaces.ts';
import { nodeName, nodeNumbers } from './addresses.ts';
import type { ClusterSettings } from './settings.ts';
import { stateLayout } from './state.ts';

/** Who runs, for a person; one line per namespace and component. */
export async function clusterStatus(settings: ClusterSettings): Promise<{ up: boolean; text: string }> {
  const state = stateLayout(settings.stateDirectory);
  const cluster = findNamespace(state, 'cluster');
  if (cluster === undefined) return { up: false, text: `no cluster runs in ${state.directory}\n` };

  const components = await componentNames(state);
  const lines = [
    `state      ${state.directory}`,
    `logs       ${state.log}`,
    `KUBECONFIG ${state.outsideKubeconfig} (outside), ${state.adminKubeconfig} (inside)`,
    `cluster    pid ${cluster.init.pid}`,
    ...nodeNumbers(settings.nodes).map((number) => {
      const node = findNamespace(state, nodeName(number));
      return `${nodeName(number).padEnd(10)} ${node === undefined ? 'powered off' : `pid ${node.init.pid}`}`;
    }),
    ...components.map((name) => `  ${name.padEnd(24)} ${isRunning(state, name) ? 'running' : 'stopped'}`),
  ];
  return { up: true, text: `${lines.join('\n')}\n` };
}
