import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chartFiles, installManifest } from './install-files.ts';

/** Writes what the chart carries of the generated files, then the plain YAML of the chart; a test fails when the committed files differ. */
const root = join(import.meta.dirname, '..');
for (const { path, content } of await chartFiles()) {
  await writeFile(join(root, path), content);
  console.log(`Wrote ${path}`);
}
const { path, content } = await installManifest();
await writeFile(join(root, path), content);
console.log(`Wrote ${path}`);
