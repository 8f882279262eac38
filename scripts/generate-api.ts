import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generatedApiFiles } from '../src/api/generated-files.ts';

/** Writes what is derived from the schemas in src/api; a test fails when the committed files differ. */
const root = join(import.meta.dirname, '..');
for (const { path, content } of generatedApiFiles()) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
  console.log(`Wrote ${path}`);
}
