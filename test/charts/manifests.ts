import { parseAllDocuments } from 'yaml';
import { renderChart } from '../../scripts/install-files.ts';
import { trusted } from '../../src/kube/json.ts';
import type { KubeObject } from '../../src/kube/object.ts';

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface Manifest extends KubeObject {
  readonly rules?: readonly PolicyRule[];
  readonly spec?: Record<string, unknown>;
  readonly roleRef?: { readonly kind: string; readonly name: string };
}

/** The objects in a stream of YAML documents. */
export function manifestsOf(text: string): Manifest[] {
  const objects = parseAllDocuments(text).map((document): unknown => document.toJS());
  return objects.filter((object) => object !== null && object !== undefined).map((object) => trusted<Manifest>(object));
}

/** What the chart makes of these values, such as `replicas=1`. */
export async function chartObjects(...values: readonly string[]): Promise<Manifest[]> {
  const sets = ['image.repository=registry.example/gatewaypool', ...values].flatMap((value) => ['--set', value]);
  return manifestsOf(await renderChart('gatewaypool-system', sets));
}
