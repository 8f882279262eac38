import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

const folder = new URL('golden/', import.meta.url);

/** Objects as a person writes them, one document each. */
export function asYaml(...objects: readonly (object | undefined)[]): string {
  const documents = objects.filter((object) => object !== undefined);
  return documents.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n');
}

/**
 * What `rendered` has to be, from a YAML file that a person can read. `UPDATE_GOLDEN=1` writes the file anew: look at the difference
 * before you commit it.
 */
export function golden(name: string, rendered: string): string {
  const path = fileURLToPath(new URL(`${name}.yaml`, folder));
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, rendered);
  return readFileSync(path, 'utf8');
}
