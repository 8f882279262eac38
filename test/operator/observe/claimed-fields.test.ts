import { describe, expect, it } from '@jest/globals';
import { claims } from '../../../src/operator/observe/claimed-fields.ts';

const ours = {
  metadata: { labels: { pool: 'prod' } },
  spec: {
    containers: [
      {
        name: 'gateway',
        image: 'gateway:1',
        env: [{ name: 'CONFIG', valueFrom: { secretKeyRef: { name: 'copy', key: 'config' } } }],
        ports: [{ containerPort: 2222 }],
        args: ['--listen'],
      },
    ],
    volumes: [{ name: 'state', emptyDir: {} }],
  },
};

const inGateway = (fields: object): object => ({ 'f:spec': { 'f:containers': { 'k:{"name":"gateway"}': fields } } });

describe('claims', () => {
  it.each([
    { name: 'the image of our container', fields: inGateway({ 'f:image': {} }) },
    { name: 'our label', fields: { 'f:metadata': { 'f:labels': { 'f:pool': {} } } } },
    { name: 'our list', fields: inGateway({ 'f:args': {} }) },
    {
      name: 'a member of our variable',
      fields: inGateway({ 'f:env': { 'k:{"name":"CONFIG"}': { 'f:valueFrom': { 'f:secretKeyRef': {} } } } }),
    },
    {
      name: 'a value in the place of our reference',
      fields: inGateway({ 'f:env': { 'k:{"name":"CONFIG"}': { 'f:value': {} } } }),
    },
    {
      name: 'another source of our volume',
      fields: { 'f:spec': { 'f:volumes': { 'k:{"name":"state"}': { 'f:hostPath': { 'f:path': {} } } } } },
    },
    {
      name: 'our port, whose protocol we did not write',
      fields: inGateway({ 'f:ports': { 'k:{"containerPort":2222,"protocol":"TCP"}': { 'f:containerPort': {} } } }),
    },
  ])('sees that somebody set $name', ({ fields }) => {
    expect(claims(fields, ours)).toBe(true);
  });

  it.each([
    { name: 'nothing', fields: {} },
    {
      name: 'the annotation of a rollout restart',
      fields: { 'f:metadata': { 'f:annotations': { '.': {}, 'f:kubectl.kubernetes.io/restartedAt': {} } } },
    },
    {
      name: 'a variable of their own',
      fields: inGateway({ 'f:env': { 'k:{"name":"ADDED"}': { '.': {}, 'f:name': {}, 'f:value': {} } } }),
    },
    {
      name: 'a container of their own',
      fields: { 'f:spec': { 'f:containers': { 'k:{"name":"exporter"}': { '.': {}, 'f:image': {} } } } },
    },
    { name: 'a field of our container that we leave open', fields: inGateway({ 'f:resources': { 'f:limits': {} } }) },
    { name: 'only that our list exists', fields: inGateway({ 'f:env': { '.': {} } }) },
    {
      name: 'a port of another protocol',
      fields: inGateway({ 'f:ports': { 'k:{"containerPort":2222,"protocol":"UDP"}': { 'f:containerPort': {} } } }),
    },
  ])('lets others set $name', ({ fields }) => {
    expect(claims(fields, ours)).toBe(false);
  });
});
