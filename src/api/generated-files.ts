import { admissionPolicy, admissionPolicyBinding } from './admission-policy.ts';
import { gatewayPoolDefinition } from './crd/definition.ts';
import { generatedYaml } from './crd/to-yaml.ts';
import { gatewayPoolReference } from './reference/gatewaypool.ts';

export interface GeneratedFile {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly content: string;
}

/** Everything that is derived from the schemas and committed, so that it can be read and applied without building anything. */
export function generatedApiFiles(): readonly GeneratedFile[] {
  return [
    { path: 'crds/pam.gatewaypool.io_gatewaypools.yaml', content: generatedYaml(gatewayPoolDefinition()) },
    { path: 'config/admission-policy.yaml', content: generatedYaml(admissionPolicy(), admissionPolicyBinding()) },
    { path: 'docs/reference/gatewaypool.md', content: gatewayPoolReference() },
  ];
}
