/**
 * Runs every kind of test and ends with one line that counts them: `412 passed, 0 failed`.
 * Kinds that this machine cannot run are named loudly; with CI set nothing may be left out.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

interface Kind {
  readonly name: string;
  readonly command: readonly string[];
  /** Why this kind cannot run here; undefined when it can. */
  readonly missing: string | undefined;
}

/** The part of jest's `--json` report that we count: https://jestjs.io/docs/cli#--json */
const JestReport = z.object({
  numTotalTests: z.number(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
});
type JestReport = z.infer<typeof JestReport>;

const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
const isLinux = process.platform === 'linux';
/** As CI services set it: `true`, or `1`. */
const isContinuousIntegration = !['', 'false', '0'].includes(process.env['CI'] ?? '');
const isRoot = process.getuid?.() === 0;

const kinds: readonly Kind[] = [
  { name: 'unit', command: [...jest, '--selectProjects', 'unit'], missing: undefined },
  { name: 'sim', command: [...jest, '--selectProjects', 'sim', '--maxWorkers=2'], missing: undefined },
  {
    name: 'integration',
    command: [...jest, '--selectProjects', 'integration', '--maxWorkers=2'],
    missing: isLinux ? undefined : 'the control plane is built for Linux',
  },
  {
    name: 'e2e',
    command: ['scripts/in-cluster.ts', '--down', process.execPath, ...jest, '--selectProjects', 'e2e', '--runInBand'],
    missing: isLinux && isRoot ? undefined : 'nodes need Linux and root (namespaces, mounts, cgroups)',
  },
];

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !kinds.some((kind) => kind.name === name));
if (unknown !== undefined) {
  throw new Error(`There are no ${unknown} tests; choose from ${kinds.map(({ name }) => name).join(', ')}`);
}

const reports = mkdtempSync(join(tmpdir(), 'gatewaypool-test-'));
const totals = { passed: 0, failed: 0 };
const leftOut: Kind[] = [];

for (const kind of kinds.filter(({ name }) => chosen.length === 0 || chosen.includes(name))) {
  if (kind.missing !== undefined) {
    leftOut.push(kind);
    continue;
  }
  run(kind);
}
rmSync(reports, { recursive: true });

for (const kind of leftOut) {
  process.stdout.write(`\n*** LEFT OUT: the ${kind.name} tests: ${kind.missing ?? ''} ***\n`);
}
if (leftOut.length > 0 && isContinuousIntegration) totals.failed += leftOut.length;

process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed\n`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;

function run(kind: Kind): void {
  const file = join(reports, `${kind.name}.json`);
  process.stdout.write(`\n=== ${kind.name}\n`);
  const result = spawnSync(process.execPath, [...kind.command, '--json', '--outputFile', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // A cluster of their own, beside one that a person may have up.
    env: { GATEWAYPOOL_CLUSTER_STATE: '/var/tmp/gatewaypool-e2e', ...process.env },
  });
  const report = readReport(file);
  if (report === undefined || report.numTotalTests + report.numRuntimeErrorTestSuites === 0) {
    process.stdout.write(`The ${kind.name} tests ended without a result (exit code ${result.status ?? 'none'}).\n`);
    totals.failed += 1;
    return;
  }
  totals.passed += report.numPassedTests;
  // A file that does not load counts as one failed test, so that it cannot go unnoticed; so does a skipped test.
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites + report.numPendingTests;
  totals.failed += failed === 0 && (result.status !== 0 || report.numPassedTests === 0) ? 1 : failed;
}

function readReport(file: string): JestReport | undefined {
  try {
    return JestReport.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
