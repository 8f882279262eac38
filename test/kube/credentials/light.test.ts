import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';

/** Which packages end up in a bundle of these modules, without what is imported only on demand. */
async function packagesOf(modules: readonly string[]): Promise<string[]> {
  const result = await build({
    stdin: { contents: modules.map((module) => `export * from './${module}';`).join('\n'), resolveDir: process.cwd() },
    bundle: true,
    format: 'esm',
    splitting: true,
    outdir: 'unused',
    platform: 'node',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const outputs = Object.values(result.metafile.outputs);
  const entry = outputs.find(({ entryPoint }) => entryPoint === '<stdin>');
  return Object.keys(entry?.inputs ?? {}).filter((input) => input.includes('node_modules'));
}

describe('a pod that uses its mounted token', () => {
  it('loads no package for talking to the API server', async () => {
    const packages = await packagesOf([
      'src/kube/credentials/in-cluster.ts',
      'src/kube/transport/https-transport.ts',
      'src/kube/rest-client.ts',
      'src/kube/cache/store.ts',
      'src/kube/reflector/reflector.ts',
    ]);

    expect(packages).toEqual([]);
  });

  it('would be found out by this test', async () => {
    const packages = await packagesOf(['node_modules/@kubernetes/client-node/dist/config.js']);

    expect(packages).toContainEqual(expect.stringContaining('@kubernetes/client-node'));
  });
});
