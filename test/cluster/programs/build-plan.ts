import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { ToolModule } from './modules.ts';

/** What decides how a program comes out; the cache key is made of nothing else. */
export interface BuildPlan {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** 16 hex digits: same key, same programs. */
  readonly key: string;
}

/** What a module's programs are made of: the text of go.mod, and of go.sum and the module's own Go files. */
export interface ModuleText {
  readonly goMod: string;
  readonly others: readonly string[];
}

/** Pure Go, static, stripped, and without this machine's paths. */
export function planBuild(module: ToolModule, text: ModuleText, platform: string): BuildPlan {
  const flags = ['-trimpath', '-ldflags', ['-s', '-w', ...versionFlags(module, text.goMod)].join(' ')];
  // GOFLAGS is set so that a developer's own (-mod=vendor, say) cannot change the result.
  const environment = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off' };
  const key = createHash('sha256')
    .update(JSON.stringify([text, platform, flags, environment, module.programs]))
    .digest('hex')
    .slice(0, 16);
  return { flags, environment, key };
}

/**
 * Kubernetes' release scripts stamp the version with linker flags. Without them the programs call themselves
 * `v0.0.0-master+$Format:%H$`, and checks of the server's version (Helm's `kubeVersion`, kubectl's skew) fail.
 */
function versionFlags(module: ToolModule, goMod: string): string[] {
  if (module.name !== 'kubernetes') return [];
  const [, version, major, minor] = /\tk8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/.exec(goMod) ?? [];
  if (version === undefined) throw new Error(`${module.directory}/go.mod does not require k8s.io/kubernetes`);
  const stamp = {
    gitVersion: version,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    gitCommit: 'unknown',
    buildDate: '1970-01-01T00:00:00Z',
  };
  return Object.entries(stamp).map(([field, value]) => `-X k8s.io/component-base/version.${field}=${value}`);
}

/**
 * Groups of packages with the `-o` that names their programs rightly: `go build -o directory/` names each program after the last
 * element of its package, which is wrong for packages such as `…/server/v3`.
 */
export function buildCommands(module: ToolModule, output: string): { output: string; packages: string[] }[] {
  const entries = Object.entries(module.programs);
  const alike = entries.filter(([program, path]) => basename(path) === program).map(([, path]) => path);
  const renamed = entries.filter(([program, path]) => basename(path) !== program);
  return [
    ...(alike.length > 0 ? [{ output: `${output}/`, packages: alike }] : []),
    ...renamed.map(([program, path]) => ({ output: `${output}/${program}`, packages: [path] })),
  ];
}
