import { type ClientPod, clientKeyPath, inClient } from './client-pod.ts';

/**
 * Makes the configuration of a pool of SSH bastions: who may log in (the client pod, with a key of its own) and the host key that all
 * instances share. The client's private key stays in the client.
 */
export function makeBastionConfig(client: ClientPod): Promise<string> {
  const folder = clientKeyPath.slice(0, clientKeyPath.lastIndexOf('/'));
  return inClient(
    client,
    `mkdir -p ${folder} && cd ${folder}
     [ -s id ] || ssh-keygen -q -t ed25519 -N '' -C client -f id
     [ -s host_key ] || ssh-keygen -q -t ed25519 -N '' -C bastion -f host_key
     cat id.pub host_key`,
  );
}
