import { join } from 'node:path';

/** A Go module in test/cluster/tools whose go.mod and go.sum pin what is built from it. */
export interface ToolModule {
  readonly name: 'etcd' | 'kubernetes' | 'coredns' | 'helm' | 'pause';
  readonly directory: string;
  /** Program name → Go package. */
  readonly programs: Readonly<Record<string, string>>;
  /** Go files of the module itself, when it has any. */
  readonly sources?: readonly string[];
  /** How long a first build takes on two cores, downloads included. */
  readonly coldBuildSeconds: number;
}

const toolsDirectory = join(import.meta.dirname, '..', 'tools');

const kubernetesPrograms = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
];

export const etcd: ToolModule = {
  name: 'etcd',
  directory: join(toolsDirectory, 'etcd'),
  programs: { etcd: 'go.etcd.io/etcd/server/v3' },
  coldBuildSeconds: 25,
};

export const kubernetes: ToolModule = {
  name: 'kubernetes',
  directory: join(toolsDirectory, 'kubernetes'),
  programs: Object.fromEntries(kubernetesPrograms.map((program) => [program, `k8s.io/kubernetes/cmd/${program}`])),
  coldBuildSeconds: 420,
};

export const coredns: ToolModule = {
  name: 'coredns',
  directory: join(toolsDirectory, 'coredns'),
  programs: { coredns: 'github.com/coredns/coredns' },
  coldBuildSeconds: 110,
};

export const helm: ToolModule = {
  name: 'helm',
  directory: join(toolsDirectory, 'helm'),
  programs: { helm: 'helm.sh/helm/v4/cmd/helm' },
  coldBuildSeconds: 110,
};

/** The first process of every pod; goes into an image of its own. */
export const pause: ToolModule = {
  name: 'pause',
  directory: join(toolsDirectory, 'pause'),
  programs: { pause: '.' },
  sources: ['main.go'],
  coldBuildSeconds: 3,
};

/** All that a whole cluster and its users need, in the order they are built. */
export const allModules: readonly ToolModule[] = [etcd, kubernetes, coredns, helm];
