/** Bundles the two programs of the image, each into one file without any need for node_modules. */
import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const programs = {
  operator: join(root, 'src/operator/main.ts'),
  balancer: join(root, 'src/balancer/main.ts'),
};

const started = performance.now();
await build({
  entryPoints: programs,
  outdir: join(root, 'dist'),
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  // CommonJS: some dependencies call require(), which an ES module bundle has not.
  format: 'cjs',
  minify: true,
  // Class and function names appear in error messages and stack traces.
  keepNames: true,
  sourcemap: 'external',
  // Only for --kubeconfig, on a developer's machine; it is ten times the rest, and every pod would have it in memory.
  external: ['@kubernetes/client-node'],
  logLevel: 'warning',
});

for (const name of Object.keys(programs)) {
  const file = join(root, 'dist', `${name}.cjs`);
  console.log(`${relative(root, file)}  ${Math.round((await stat(file)).size / 1024)} KiB`);
}
console.log(`bundled in ${Math.round(performance.now() - started)} ms`);
