import type { KubeClient } from '../../src/kube/client.ts';
import { kubeconfigConnection } from '../../src/kube/credentials/kubeconfig.ts';
import { createKubeClient } from '../../src/kube/rest-client.ts';
import { createTransport } from '../../src/kube/transport/https-transport.ts';

/** A client of our own for the API server of a kubeconfig. `userAgent` is how the audit log names it. */
export async function connect(
  kubeconfigPath: string,
  userAgent: string,
): Promise<{ client: KubeClient; close: () => void }> {
  const connection = await kubeconfigConnection({ path: kubeconfigPath });
  const transport = createTransport(connection, { userAgent });
  return { client: createKubeClient(transport), close: () => transport.close() };
}
