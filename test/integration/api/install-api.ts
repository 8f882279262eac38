import { join } from 'node:path';
import type { ControlPlane } from '../../cluster/control-plane.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** Installs the committed CRD and waits until the API server serves it. */
export async function installDefinition(controlPlane: ControlPlane): Promise<void> {
  await controlPlane.kubectl(['apply', '-f', join(root, 'crds')]);
  await controlPlane.kubectl([
    'wait',
    '--for=condition=Established',
    '--timeout=30s',
    'crd/gatewaypools.pam.gatewaypool.io',
  ]);
}

/** Installs the committed policy; it takes the API server some seconds to act on it. */
export async function installAdmissionPolicy(controlPlane: ControlPlane): Promise<void> {
  await controlPlane.kubectl(['apply', '-f', join(root, 'config', 'admission-policy.yaml')]);
}
