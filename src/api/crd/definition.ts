import { apiVersionOf } from '../../kube/object.ts';
import { gatewayPoolType, group } from '../identity.ts';
import { nameRules } from '../name-rules.ts';
import { celOf } from '../rule.ts';
import { GatewayPoolSpec } from '../spec.ts';
import { GatewayPoolStatus } from '../status.ts';
import type { StructuralSchema } from './structural-schema.ts';
import { toStructural } from './to-structural.ts';

interface PrinterColumn {
  name: string;
  type: 'integer' | 'string' | 'date';
  jsonPath: string;
  description: string;
  /** 1 = only with `-o wide`. */
  priority?: 1;
}

const printerColumns: readonly PrinterColumn[] = [
  { name: 'Max', type: 'integer', jsonPath: '.spec.maxInstances', description: 'The cap on instances' },
  {
    name: 'Desired',
    type: 'integer',
    jsonPath: '.status.desiredInstances',
    description: 'Instances wanted in the cluster',
  },
  { name: 'Running', type: 'integer', jsonPath: '.status.replicas', description: 'Instances in the cluster' },
  {
    name: 'Ready',
    type: 'integer',
    jsonPath: '.status.readyInstances',
    description: 'Instances in the cluster that are ready',
  },
  { name: 'Status', type: 'string', jsonPath: '.status.summary', description: 'The state of the pool in a few words' },
  {
    name: 'Age',
    type: 'date',
    jsonPath: '.metadata.creationTimestamp',
    description: 'Time since the pool was created',
  },
  {
    name: 'Surplus',
    type: 'integer',
    jsonPath: '.status.surplusInstances',
    description: 'Seats taken above the cap',
    priority: 1,
  },
  {
    name: 'Draining',
    type: 'integer',
    jsonPath: '.status.drainingInstances',
    description: 'Instances that end when their sessions are over',
    priority: 1,
  },
  { name: 'Image', type: 'string', jsonPath: '.spec.image', description: 'Image of the gateway', priority: 1 },
];

/** The whole resource as a structural schema. */
export function gatewayPoolSchema(): StructuralSchema {
  return {
    description:
      'A pool of gateways: several instances of one privileged-access gateway that share one configuration, never more than maxInstances of them.',
    type: 'object',
    required: ['spec'],
    'x-kubernetes-validations': nameRules.map(celOf),
    properties: {
      apiVersion: { description: apiVersionOf(gatewayPoolType), type: 'string' },
      kind: { description: gatewayPoolType.kind, type: 'string' },
      // Note: named only so that rules can point at it.
      metadata: { type: 'object', properties: { name: { type: 'string' } } },
      spec: { ...toStructural(GatewayPoolSpec), description: 'What the pool is to be. The operator never writes it.' },
      status: {
        ...toStructural(GatewayPoolStatus),
        description: 'What the operator saw and did.',
        // Note: kstatus, and with it Argo CD and Flux, takes a resource without a status for finished.
        default: { observedGeneration: -1 },
      },
    },
  };
}

/** https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/ */
export function gatewayPoolDefinition() {
  const { plural, kind, version } = gatewayPoolType;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: ['gwp'],
        categories: ['pam'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: printerColumns,
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.replicas',
              statusReplicasPath: '.status.replicas',
              labelSelectorPath: '.status.selector',
            },
          },
          schema: { openAPIV3Schema: gatewayPoolSchema() },
        },
      ],
    },
  };
}
