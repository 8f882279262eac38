import { balancerContainerName } from '../../api/pod-names.ts';

/** Whether this is the sidecar's container, or its status. */
export function isBalancer({ name }: { readonly name: string }): boolean {
  return name === balancerContainerName;
}
