import { parseArgs } from 'node:util';

/** How one operator process is to run. */
export interface Settings {
  /** Image of the sidecar: the operator's own, in an installation by the chart. */
  readonly balancerImage: string;
  /** Where the operator runs, and keeps its Lease. */
  readonly namespace: string;
  /** The pod's name; also who reports Events. */
  readonly instance: string;
  /** undefined: all namespaces. */
  readonly watchNamespace: string | undefined;
  readonly leaderElect: boolean;
  readonly leaseName: string;
  readonly concurrency: number;
  readonly logLevel: (typeof logLevels)[number];
  /** undefined: the mounted ServiceAccount. */
  readonly kubeconfig: string | undefined;
  readonly metricsPort: number;
  readonly healthPort: number;
}

export type ParsedSettings =
  | { readonly ok: true; readonly settings: Settings }
  /** `problem` is a sentence for the person who started the program. */
  | { readonly ok: false; readonly problem: string };

const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;

export const usage = `Usage: operator [flags]

  --balancer-image IMAGE   image of the sidecar (BALANCER_IMAGE)
  --namespace NAME         where the operator runs and keeps its Lease (POD_NAMESPACE)
  --watch-namespace NAME   watch the pools of this namespace only; default: all (WATCH_NAMESPACE)
  --no-leader-elect        run without a Lease: only when no second operator can exist
  --lease-name NAME        default gatewaypool-operator
  --concurrency N          pools that are worked on at the same time; default 8
  --log-level LEVEL        ${logLevels.join(', ')}; default info
  --metrics-port N         default 8080
  --health-port N          default 8081
  --kubeconfig FILE        instead of the mounted ServiceAccount, for development
`;

const options = {
  'balancer-image': { type: 'string' },
  namespace: { type: 'string' },
  'watch-namespace': { type: 'string' },
  'leader-elect': { type: 'boolean', default: true },
  'lease-name': { type: 'string', default: 'gatewaypool-operator' },
  concurrency: { type: 'string', default: '8' },
  'log-level': { type: 'string', default: 'info' },
  'metrics-port': { type: 'string', default: '8080' },
  'health-port': { type: 'string', default: '8081' },
  kubeconfig: { type: 'string' },
} as const;

/** Reads flags and environment; flags go first. */
export function parseSettings(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedSettings {
  try {
    const { values } = parseArgs({ args: [...words], options, allowNegative: true });
    const watchNamespace = values['watch-namespace'] ?? env['WATCH_NAMESPACE'];
    return {
      ok: true,
      settings: {
        balancerImage: required(
          '--balancer-image',
          'BALANCER_IMAGE',
          values['balancer-image'] ?? env['BALANCER_IMAGE'],
        ),
        namespace: required('--namespace', 'POD_NAMESPACE', values.namespace ?? env['POD_NAMESPACE']),
        instance: env['POD_NAME'] ?? env['HOSTNAME'] ?? 'gatewaypool-operator',
        watchNamespace: watchNamespace === '' ? undefined : watchNamespace,
        leaderElect: values['leader-elect'],
        leaseName: values['lease-name'],
        concurrency: wholeNumber('--concurrency', values.concurrency, 1, 256),
        logLevel: oneOf('--log-level', values['log-level'], logLevels),
        kubeconfig: values.kubeconfig,
        metricsPort: wholeNumber('--metrics-port', values['metrics-port'], 0, 65_535),
        healthPort: wholeNumber('--health-port', values['health-port'], 0, 65_535),
      },
    };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

function required(flag: string, variable: string, value: string | undefined): string {
  if (value === undefined || value === '') throw new Error(`Neither ${flag} nor ${variable} is set`);
  return value;
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!/^\d+$/u.test(text) || number < least || number > most) {
    throw new Error(`${flag} must be a whole number from ${least} to ${most}`);
  }
  return number;
}

function oneOf<T extends string>(flag: string, text: string, known: readonly T[]): T {
  const found = known.find((value) => value === text);
  if (found === undefined) throw new Error(`${flag} must be one of ${known.join(', ')}`);
  return found;
}
