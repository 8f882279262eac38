import { mkdir, writeFile, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { ControlPlane } from '../../cluster/control-plane.ts';
import { run } from '../../cluster/processes/run.ts';
import { helm } from '../../cluster/programs/modules.ts';
import { ensurePrograms } from '../../cluster/programs/programs.ts';
import { chart } from '../../harness/install.ts';

export const operatorNamespace = 'gatewaypool-system';

/** As much of the chart's Deployment as it takes to run its container by hand. */
const OperatorDeployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({
    template: z.object({
      spec: z.object({
        serviceAccountName: z.string(),
        containers: z.tuple([
          z.object({
            command: z.array(z.string()).default([]),
            args: z.array(z.string()).default([]),
            env: z
              .array(
                z.object({
                  name: z.string(),
                  value: z.string().optional(),
                  valueFrom: z.object({ fieldRef: z.object({ fieldPath: z.string() }) }).optional(),
                }),
              )
              .default([]),
          }),
        ]),
      }),
    }),
  }),
});

/** What the chart wants the operator to be. */
export interface Installation {
  /** As the API server and its audit log call the operator. */
  readonly userName: string;
  /** A directory with token, CA and namespace, as the kubelet mounts it. */
  readonly credentialsDirectory: string;
  readonly token: string;
  /** The container's flags for Node … */
  readonly nodeFlags: readonly string[];
  /** … and for the operator. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Installs the chart without its Deployment: CRD, ServiceAccount, RBAC, policy. The operator runs as a process here, and may do exactly
 * what its ServiceAccount may.
 */
export async function installChart(controlPlane: ControlPlane): Promise<Installation> {
  const programs = await ensurePrograms([helm]);
  const rendered = await run(programs.path('helm'), [
    'template',
    'gatewaypool',
    chart,
    `--namespace=${operatorNamespace}`,
    '--include-crds',
    '--set=image.repository=gatewaypool.test/gatewaypool,image.tag=bench',
  ]);
  const documents = parseAllDocuments(rendered)
    .map((document): unknown => document.toJSON())
    .filter((document) => document !== null);
  const deployment = documents.map((document) => OperatorDeployment.safeParse(document)).find(({ success }) => success);
  if (deployment?.data === undefined) throw new Error(`The chart ${chart} has no Deployment that this bench can run`);

  const others = documents.filter((document) => !OperatorDeployment.safeParse(document).success);
  await controlPlane.kubectl(['create', 'namespace', operatorNamespace]);
  await controlPlane.kubectl(
    ['apply', '--server-side', '-f', '-'],
    others.map((each) => JSON.stringify(each)).join('\n---\n'),
  );
  await controlPlane.kubectl([
    'wait',
    '--for=condition=Established',
    '--timeout=30s',
    'crd/gatewaypools.pam.gatewaypool.io',
  ]);

  const { serviceAccountName, containers } = deployment.data.spec.template.spec;
  const [container] = containers;
  const token = await controlPlane.kubectl([
    'create',
    'token',
    serviceAccountName,
    '-n',
    operatorNamespace,
    '--duration=2h',
  ]);
  const words = [...container.command, ...container.args];
  const program = words.findIndex((word) => word.endsWith('/operator.cjs'));
  return {
    userName: `system:serviceaccount:${operatorNamespace}:${serviceAccountName}`,
    credentialsDirectory: await writeCredentials(controlPlane, token.trim()),
    token: token.trim(),
    nodeFlags: words.slice(1, program),
    args: words.slice(program + 1),
    env: Object.fromEntries(
      container.env.map(({ name, value, valueFrom }) => [name, value ?? fieldOf(valueFrom?.fieldRef.fieldPath)]),
    ),
  };
}

async function writeCredentials(controlPlane: ControlPlane, token: string): Promise<string> {
  const directory = join(controlPlane.directory, 'operator-credentials');
  await mkdir(directory, { mode: 0o700 });
  await writeFile(join(directory, 'token'), token);
  await writeFile(join(directory, 'namespace'), operatorNamespace);
  await copyFile(controlPlane.caFile, join(directory, 'ca.crt'));
  return directory;
}

/** The downward API's answers. */
function fieldOf(path: string | undefined): string {
  if (path === 'metadata.namespace') return operatorNamespace;
  if (path === 'metadata.name') return 'gatewaypool-operator-bench';
  throw new Error(`The chart's Deployment takes a value from ${path ?? 'a source'} that this bench does not know`);
}
