import { parseArgs } from 'node:util';
import { commands } from './commands.ts';

const usage = `Starts a real Kubernetes cluster in private namespaces of this machine.

  prepare                    install packages, build programs and images (up does it too)
  up                         start the cluster; does nothing when it runs
  down                       end it and remove every trace
  status                     what runs, where the logs are
  exec -- COMMAND…           run a command in the cluster's network, with KUBECONFIG, kubectl and helm
  shell                      the same with your shell
  node-down N, node-up N     cut a node's power, and switch it on again
  stop-component NAME        SIGTERM, or SIGKILL with --kill; for instance kube-apiserver or n1-kubelet
  start-component NAME       start it again
  image NAME                 build an image (gatewaypool, gateway-ssh, gateway-web, client) and print its archive
  load-image FILE…           give image archives to every node
  tag-image IMAGE NEW-NAME   give an image of the nodes another name
`;

const [name = '', ...rest] = process.argv.slice(2);
const command = commands.get(name);
if (command === undefined) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      allowPositionals: true,
      options: { kill: { type: 'boolean', default: false } },
    });
    process.exitCode = await command(positionals, values);
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
