import { describe, expect, it } from '@jest/globals';
import { templateRefusals } from '../../src/api/template-rules.ts';

/** The fields that are refused in a template whose pod spec is this. */
function refusedIn(spec: Record<string, unknown>): string[] {
  return templateRefusals({ spec }, 'Sidecar').map(({ field }) => field.replace('spec.template.spec.', ''));
}

const gateway = { name: 'gateway' };
const hooked = { ...gateway, lifecycle: { preStop: { sleep: { seconds: 1 } } } };

describe('templateRefusals', () => {
  it.each([
    { name: 'no template', template: undefined },
    { name: 'an empty one', template: {} },
    {
      name: 'labels and annotations of the user',
      template: { metadata: { labels: { team: 'a' }, annotations: { note: 'b' } } },
    },
    { name: 'no containers', template: { spec: { nodeSelector: { zone: 'a' } } } },
    { name: 'an empty list of containers', template: { spec: { containers: [] } } },
    { name: 'a container beside the gateway', template: { spec: { containers: [{ name: 'logs' }, gateway] } } },
    {
      name: 'a hook of another container',
      template: { spec: { containers: [gateway, { name: 'logs', lifecycle: { preStop: {} } }] } },
    },
    {
      name: 'a start hook of the gateway',
      template: { spec: { containers: [{ ...gateway, lifecycle: { postStart: {} } }] } },
    },
    {
      name: 'a hook that is taken away',
      template: { spec: { containers: [{ ...gateway, lifecycle: { preStop: null } }] } },
    },
    { name: 'volumes of the user', template: { spec: { volumes: [{ name: 'scratch', emptyDir: {} }] } } },
    {
      name: 'fields of the operator at the value they have',
      template: { spec: { hostNetwork: false, restartPolicy: 'Always' } },
    },
    {
      name: 'an environment variable taken away',
      template: { spec: { containers: [{ ...gateway, env: [{ name: 'A', $patch: 'delete' }] }] } },
    },
    {
      name: 'an own list replaced',
      template: { spec: { containers: [{ ...gateway, env: [{ $patch: 'replace' }] }] } },
    },
    {
      name: 'a container of the user taken away',
      template: { spec: { containers: [gateway, { name: 'logs', $patch: 'delete' }] } },
    },
    {
      name: 'nonsense that the API server will refuse',
      template: { spec: { containers: [gateway, 7], volumes: 'none' } },
    },
  ])('allows $name', ({ template }) => {
    expect(templateRefusals(template, 'Sidecar')).toEqual([]);
  });

  it.each([
    { name: 'the network of the node', spec: { hostNetwork: true }, fields: ['hostNetwork'] },
    { name: 'the processes of the node', spec: { hostPID: true, hostIPC: true }, fields: ['hostPID', 'hostIPC'] },
    {
      name: 'another ServiceAccount',
      spec: { serviceAccountName: 'a', serviceAccount: 'a' },
      fields: ['serviceAccountName', 'serviceAccount'],
    },
    {
      name: 'its token in all containers',
      spec: { automountServiceAccountToken: true },
      fields: ['automountServiceAccountToken'],
    },
    { name: 'another identity', spec: { hostname: 'a', subdomain: 'b' }, fields: ['hostname', 'subdomain'] },
    {
      name: 'another end',
      spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 1 },
      fields: ['restartPolicy', 'terminationGracePeriodSeconds'],
    },
    { name: 'containers without the gateway', spec: { containers: [{ name: 'keeper' }] }, fields: ['containers'] },
    {
      name: 'a container called like the sidecar',
      spec: { containers: [gateway, { name: 'balancer' }] },
      fields: ['containers[1].name'],
    },
    {
      name: 'a change of the sidecar',
      spec: { initContainers: [{ name: 'balancer' }] },
      fields: ['initContainers[0].name'],
    },
    {
      name: "a mount of what is the sidecar's",
      spec: { containers: [{ ...gateway, volumeMounts: [{ name: 'own' }, { name: 'gatewaypool-state' }] }] },
      fields: ['containers[0].volumeMounts[1].name'],
    },
    {
      name: 'the same mount in an init container',
      spec: { initContainers: [{ name: 'a', volumeMounts: [{ name: 'gatewaypool-token' }] }] },
      fields: ['initContainers[0].volumeMounts[0].name'],
    },
    {
      name: 'another volume of the same name',
      spec: { volumes: [{ name: 'gatewaypool-token' }] },
      fields: ['volumes[0].name'],
    },
    {
      name: 'a stop hook of the gateway',
      spec: { containers: [{ ...gateway, lifecycle: { preStop: { sleep: { seconds: 1 } } } }] },
      fields: ['containers[0].lifecycle.preStop'],
    },
    {
      name: 'ports of the sidecar, in any container',
      spec: {
        containers: [
          gateway,
          { name: 'a', ports: [{ containerPort: 14_999 }, { containerPort: 15_000 }, { containerPort: 15_999 }] },
        ],
      },
      fields: ['containers[1].ports[1].containerPort', 'containers[1].ports[2].containerPort'],
    },
    { name: 'the whole pod replaced', spec: { $patch: 'replace' }, fields: ['$patch'] },
    {
      name: 'all containers replaced',
      spec: { containers: [gateway, { $patch: 'replace' }] },
      fields: ['containers[1].$patch'],
    },
    {
      name: 'the gateway taken away',
      spec: { containers: [{ ...gateway, $patch: 'delete' }] },
      fields: ['containers[0].$patch'],
    },
    {
      name: 'a directive that the overlay does not know',
      spec: { a: [{ $setElementOrder: [] }] },
      fields: ['a[0].$setElementOrder'],
    },
  ])('refuses $name', ({ spec, fields }) => {
    expect(refusedIn(spec)).toEqual(fields);
  });

  it.each(['labels', 'annotations'])('refuses %s of the operator, and leaves others', (kind) => {
    const metadata = { [kind]: { 'pam.gatewaypool.io/pool': 'a', 'app.kubernetes.io/part-of': 'b' } };

    const refusals = templateRefusals({ metadata }, 'Sidecar');

    expect(refusals.map(({ field }) => field)).toEqual([`spec.template.metadata.${kind}[pam.gatewaypool.io/pool]`]);
  });

  it('leaves the stop hook of the gateway to the template when the user says so, and nothing else', () => {
    const container = { ...hooked, ports: [{ containerPort: 15_090 }] };

    const refusals = templateRefusals({ spec: { containers: [container] } }, 'Template');

    expect(refusals.map(({ field }) => field)).toEqual(['spec.template.spec.containers[0].ports[0].containerPort']);
  });

  it.each([
    { name: 'no template', template: undefined },
    { name: 'a template without a pod', template: { metadata: { labels: { a: 'b' } } } },
    { name: 'no containers', template: { spec: {} } },
    { name: 'no hook', template: { spec: { containers: [gateway] } } },
    {
      name: 'a hook that is taken away',
      template: { spec: { containers: [{ ...gateway, lifecycle: { preStop: null } }] } },
    },
    { name: 'the hook of another container', template: { spec: { containers: [gateway, { ...hooked, name: 'a' }] } } },
  ])('refuses to leave the end of a gateway to a template with $name', ({ template }) => {
    expect(templateRefusals(template, 'Template').map(({ field }) => field)).toEqual(['spec.drain.hook']);
  });

  it('reports all mistakes at once', () => {
    expect(refusedIn({ hostNetwork: true, containers: [{ name: 'a', ports: [{ containerPort: 15_090 }] }] })).toEqual([
      'hostNetwork',
      'containers',
      'containers[0].ports[0].containerPort',
    ]);
  });
});
