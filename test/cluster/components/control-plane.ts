import type { CertificateFiles } from '../certificates/authority.ts';

/** Command-line arguments of the control plane's programs, the same for both shapes of the test cluster. */

export interface EtcdOptions {
  readonly dataDirectory: string;
  readonly clientPort: number;
  readonly peerPort: number;
}

export function etcdArguments({ dataDirectory, clientPort, peerPort }: EtcdOptions): string[] {
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return [
    '--name=gatewaypool',
    `--data-dir=${dataDirectory}`,
    // A test cluster does not outlive the machine, so nothing has to be on disk.
    '--unsafe-no-fsync',
    '--log-level=warn',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=gatewaypool=${peer}`,
  ];
}

export interface ApiServerOptions {
  readonly etcdPort: number;
  readonly bindAddress: string;
  /** What the `kubernetes` Service's endpoint says. */
  readonly advertiseAddress: string;
  readonly port: number;
  readonly serviceCidr: string;
  readonly caFile: string;
  readonly serving: CertificateFiles;
  readonly kubeletClient: CertificateFiles;
  readonly frontProxy: CertificateFiles;
  readonly serviceAccountKey: { readonly publicFile: string; readonly privateFile: string };
  readonly audit: { readonly policyFile: string; readonly logFile: string } | undefined;
  /** Pods of a lost node are evicted after this (Kubernetes' default: 300). */
  readonly unreachableSeconds: number;
}

export function apiServerArguments(options: ApiServerOptions): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${options.etcdPort}`,
    `--bind-address=${options.bindAddress}`,
    `--advertise-address=${options.advertiseAddress}`,
    `--secure-port=${options.port}`,
    `--tls-cert-file=${options.serving.certificateFile}`,
    `--tls-private-key-file=${options.serving.keyFile}`,
    `--client-ca-file=${options.caFile}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${options.serviceAccountKey.publicFile}`,
    `--service-account-signing-key-file=${options.serviceAccountKey.privateFile}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    `--service-cluster-ip-range=${options.serviceCidr}`,
    '--allow-privileged=true',
    `--kubelet-client-certificate=${options.kubeletClient.certificateFile}`,
    `--kubelet-client-key=${options.kubeletClient.keyFile}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--requestheader-client-ca-file=${options.caFile}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${options.frontProxy.certificateFile}`,
    `--proxy-client-key-file=${options.frontProxy.keyFile}`,
    `--default-not-ready-toleration-seconds=${options.unreachableSeconds}`,
    `--default-unreachable-toleration-seconds=${options.unreachableSeconds}`,
    '--profiling=false',
    ...auditArguments(options.audit),
  ];
}

function auditArguments(audit: ApiServerOptions['audit']): string[] {
  return audit === undefined ? [] : [`--audit-policy-file=${audit.policyFile}`, `--audit-log-path=${audit.logFile}`];
}

/** Who did what, without bodies; the chatter of Kubernetes' own parts is left out, their controllers' writes are not. */
export const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', users: ['system:kube-scheduler', 'system:kube-controller-manager', 'system:apiserver'] },
    { level: 'None', userGroups: ['system:nodes'] },
    { level: 'None', userGroups: ['system:serviceaccounts:kube-system'], verbs: ['get', 'list', 'watch'] },
    { level: 'Metadata' },
  ],
};

/** Kubernetes' default of 20 requests/s makes the start take 5 s longer: each controller asks for its own token first. */
const clientRate = ['--kube-api-qps=500', '--kube-api-burst=1000'];

export interface ControllerManagerOptions {
  readonly kubeconfigFile: string;
  readonly caFile: string;
  readonly caKeyFile: string;
  readonly serviceAccountKeyFile: string;
  /** 0 = serve nothing. */
  readonly port: number;
  /** A node is Unknown after this long without a heartbeat (Kubernetes' default: 50). */
  readonly nodeMonitorGraceSeconds: number;
}

export function controllerManagerArguments(options: ControllerManagerOptions): string[] {
  return [
    `--kubeconfig=${options.kubeconfigFile}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${options.port}`,
    '--leader-elect=false',
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${options.serviceAccountKeyFile}`,
    `--root-ca-file=${options.caFile}`,
    `--cluster-signing-cert-file=${options.caFile}`,
    `--cluster-signing-key-file=${options.caKeyFile}`,
    '--node-monitor-period=1s',
    `--node-monitor-grace-period=${options.nodeMonitorGraceSeconds}s`,
    '--terminated-pod-gc-threshold=50',
    '--profiling=false',
    ...clientRate,
  ];
}

export function schedulerArguments({ kubeconfigFile }: { readonly kubeconfigFile: string }): string[] {
  return [
    `--kubeconfig=${kubeconfigFile}`,
    '--bind-address=127.0.0.1',
    '--leader-elect=false',
    '--profiling=false',
    ...clientRate,
  ];
}
