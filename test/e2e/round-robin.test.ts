import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inClient, nodeInClient } from '../harness/client-pod.ts';
import { podsOfPool } from '../harness/pods.ts';
import { conditionOf, getPool } from '../harness/pools.ts';
import { closeSshSessions, listSshSessions, openSshSessions, sessionsPerInstance } from '../harness/ssh-sessions.ts';
import { type Environment, prepareEnvironment, runBastionPool, runWebPool, setUpMilliseconds } from './environment.ts';

let environment: Environment;

beforeAll(async () => {
  environment = await prepareEnvironment('round-robin');
  await Promise.all([runBastionPool(environment, 'bastion', 3), runWebPool(environment, 'web', 3)]);
}, setUpMilliseconds);

afterAll(async () => {
  await environment.dispose();
}, 60_000);

describe('a pool of SSH bastions', () => {
  it('says in its status that all instances are Ready', async () => {
    const pool = await getPool(environment.namespace, 'bastion');

    expect(pool.status).toMatchObject({ maxInstances: 3, replicas: 3, readyInstances: 3, surplusInstances: 0 });
    expect(pool.status.slots?.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'bastion-0 Ready',
      'bastion-1 Ready',
      'bastion-2 Ready',
    ]);
    expect(conditionOf(pool, 'Stalled')?.status).toBe('False');
  });

  it('spreads over both nodes', async () => {
    const pods = await podsOfPool(environment.namespace, 'bastion');

    expect(new Set(pods.map(({ node }) => node)).size).toBe(2);
  });

  it('takes sessions through one sidecar in the exact order of rotation', async () => {
    const [entry] = await podsOfPool(environment.namespace, 'bastion');

    const sessions = await openSshSessions(environment.client, {
      host: entry?.address ?? '',
      port: 15100,
      prefix: 'order',
      count: 9,
    });

    const order = sessions.map(({ instance }) => Number(instance.split('-').at(-1)));
    const first = order[0] ?? -1;
    expect(order).toEqual(Array.from({ length: 9 }, (_, index) => (first + index) % 3));
    await closeSshSessions(environment.client, 'order');
  }, 60_000);

  it('shares sessions through the Service equally, up to one session per sidecar', async () => {
    const sessions = await openSshSessions(environment.client, {
      host: 'bastion',
      port: 22,
      prefix: 'many',
      count: 30,
    });

    const counts = Object.values(sessionsPerInstance(sessions));
    expect(sessions.filter(({ alive }) => alive)).toHaveLength(30);
    expect(counts).toHaveLength(3);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(3);
    await closeSshSessions(environment.client, 'many');
    expect(await listSshSessions(environment.client, 'many')).toEqual([]);
  }, 90_000);
});

describe('a pool of web gateways', () => {
  it('answers each request of one connection by the next instance', async () => {
    const [entry] = await podsOfPool(environment.namespace, 'web');
    const url = `http://${entry?.address ?? ''}:15100/`;

    const answers = await inClient(environment.client, `curl -sS ${Array.from({ length: 9 }, () => url).join(' ')}`);

    const order = answers
      .trim()
      .split('\n')
      .map((name) => Number(name.split('-').at(-1)));
    const first = order[0] ?? -1;
    expect(order).toEqual(Array.from({ length: 9 }, (_, index) => (first + index) % 3));
  });

  it('carries a WebSocket session, both ways', async () => {
    const program = `
      const socket = new WebSocket('ws://web/ws');
      const lines = [];
      socket.onopen = () => socket.send('hello');
      socket.onmessage = ({ data }) => {
        lines.push(String(data));
        if (lines.length === 2) { console.log(lines.join(' | ')); process.exit(0); }
      };
      setTimeout(() => { console.log('no answer after: ' + lines.join(' | ')); process.exit(1); }, 10_000);`;

    const output = await nodeInClient(environment.client, program, [], 20_000);

    expect(output.trim()).toMatch(/^(web-\d) \| \1: hello$/);
  });
});
