/** A pod as a busy cluster has it, about 2.5 kB of JSON, of which half are managed fields. */
export function pod(index: number, resourceVersion: number, whole: boolean): object {
  const name = `gateway-${String(index).padStart(6, '0')}-7d9c5b8f6d-x2k9z`;
  const metadata = {
    name,
    generateName: name.slice(0, -5),
    namespace: `namespace-${index % 100}`,
    uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    resourceVersion: String(resourceVersion),
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: {
      'app.kubernetes.io/name': 'gateway',
      'app.kubernetes.io/instance': `pool-${index % 1000}`,
      'pod-template-hash': '7d9c5b8f6d',
    },
    annotations: { 'example.com/revision': 'f3a1c2' },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: name.slice(0, -6),
        uid: `00000000-0000-4000-9000-${String(index).padStart(12, '0')}`,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
    managedFields: [managedFields('kube-controller-manager'), managedFields('kubelet')],
  };
  if (!whole) return { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec, status };
}

function managedFields(manager: string): object {
  const fields = [
    'app',
    'image',
    'env',
    'ports',
    'resources',
    'volumeMounts',
    'securityContext',
    'terminationMessagePath',
  ];
  const fieldsV1 = {
    'f:metadata': { 'f:labels': { '.': {}, 'f:app.kubernetes.io/name': {}, 'f:app.kubernetes.io/instance': {} } },
    'f:spec': Object.fromEntries(fields.map((field) => [`f:${field}`, { '.': {}, [`k:{"name":"${field}"}`]: {} }])),
  };
  return {
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-01-01T00:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1,
  };
}

const spec = {
  containers: [
    {
      name: 'gateway',
      image: 'registry.example/gateway:1.8.4',
      ports: [{ containerPort: 2222, protocol: 'TCP' }],
      env: [{ name: 'MODE', value: 'server' }],
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      volumeMounts: [
        { name: 'kube-api-access', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
      ],
    },
  ],
  serviceAccountName: 'gateway',
  nodeName: 'node-1',
  tolerations: [
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
  ],
};

const status = {
  phase: 'Running',
  podIP: '10.0.0.1',
  conditions: ['Ready', 'Initialized', 'ContainersReady', 'PodScheduled'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  })),
};
