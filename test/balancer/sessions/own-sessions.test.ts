import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { parseConfig } from '../../../src/balancer/config/parse-config.ts';
import type { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import { createOwnSessions } from '../../../src/balancer/sessions/own-sessions.ts';
import type { OwnSessions, OwnSessionsOptions } from '../../../src/balancer/sessions/own-sessions.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';
import type { LogLine } from '../../kube/memory-logger.ts';
import { freePort } from '../rig.ts';
import { capturedTables, ipv4, printTable, tableFile } from '../sockets/kernel-table.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

interface Counter {
  readonly sessions: OwnSessions;
  readonly clock: FakeClock;
  readonly lines: readonly LogLine[];
  /** Names that were looked up. */
  readonly asked: readonly string[];
  /** Puts other settings in force. */
  readonly configure: (text: string) => void;
}

/** Counts by `text`, the key `sessions` of balancer.yaml; undefined: no settings were read yet. */
function counterOf(text: string | undefined, changes: Partial<OwnSessionsOptions> = {}): Counter {
  const { logger, lines } = memoryLogger();
  const clock = new FakeClock();
  const asked: string[] = [];
  const configOf = (sessions: string): BalancerConfig => parseConfig(`sessions: ${sessions}`, 'balancer.yaml');
  let config = text === undefined ? undefined : configOf(text);
  const sessions = createOwnSessions({
    settings: () => config,
    balancerCounts: () => ({ sessions: 3, transit: 2, backends: { 'prod-0': 3, 'prod-1': 2 } }),
    adminPort: 15_090,
    clock,
    logger,
    lookUp: async (host) => {
      asked.push(host);
      return Promise.resolve(['10.77.0.1']);
    },
    tables: capturedTables,
    ...changes,
  });
  return { sessions, clock, lines, asked, configure: (next) => (config = configOf(next)) };
}

const missingTable = { path: '/proc/net/no-such-table', protocol: 'TCP', mayBeMissing: false } as const;

describe('count', () => {
  it('does not know before there are settings, and says so once', async () => {
    const { sessions, lines } = counterOf(undefined);

    expect(await sessions.count()).toEqual({ sessions: null, busyPeers: [] });
    await sessions.count();

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ problem: 'the settings of the balancer have not been read yet' });
  });

  it('tells the own sessions of the balancer, and reads no table', async () => {
    const { sessions } = counterOf('{}', { tables: [missingTable] });

    expect(await sessions.count()).toEqual({ sessions: 3, busyPeers: [] });
  });
});

describe('count from the kernel', () => {
  it('adds all tables up, and names who keeps the gateway busy', async () => {
    const { sessions } = counterOf('{source: Kernel, ignore: [{cidr: 10.77.0.0/24, port: 443}]}');

    expect(await sessions.count()).toEqual({
      sessions: 18,
      busyPeers: [
        '10.77.0.1:22',
        '10.77.0.1:23',
        '10.77.0.1:5004/UDP',
        '10.77.0.1 on port 2222',
        '[fd77::1]:22',
        '[fd77::1]:23',
        '[fd77::1]:5004/UDP',
        'anybody on port 40338/UDP',
        'anybody on port 56312/UDP',
        'anybody on port 60623/UDP',
      ],
    });
  });

  it('looks the names of peers up before it counts for the first time', async () => {
    const { sessions, asked } = counterOf('{source: Kernel, ignore: [{host: router.example, port: 443}]}');

    expect(await sessions.count()).toMatchObject({ sessions: 18 });
    expect(asked).toEqual(['router.example']);
  });

  it('waits a second for names at most, and then counts their connections as sessions', async () => {
    const { sessions, clock } = counterOf('{source: Kernel, ignore: [{host: router.example, port: 443}]}', {
      lookUp: () => new Promise(() => {}),
    });

    const counting = sessions.count();
    await clock.advance(1000);

    // Two connections to the router more.
    expect(await counting).toMatchObject({ sessions: 20 });
  });

  it('believes that nobody is there only when the tables say it twice', async () => {
    const empty = await tableFile(printTable([]));
    const busy = await tableFile(
      printTable([
        {
          local: { bytes: ipv4('10.77.0.2'), port: 40_000 },
          remote: { bytes: ipv4('10.77.0.1'), port: 22 },
          state: '01',
        },
      ]),
    );
    const reads = [empty.path, busy.path];
    const table = {
      ...empty,
      get path() {
        return reads.shift() ?? 'read too often';
      },
    };
    const { sessions } = counterOf('{source: Kernel}', { tables: [table] });

    expect(await sessions.count()).toEqual({ sessions: 1, busyPeers: ['10.77.0.1:22'] });
  });

  it('does not know when a table cannot be read, says so once, and knows again when it can', async () => {
    const { sessions, lines, configure } = counterOf('{source: Kernel}', { tables: [missingTable] });

    const unknown = [await sessions.count(), await sessions.count()];
    configure('{source: Balancer}');
    const known = await sessions.count();
    configure('{source: Kernel}');
    await sessions.count();

    expect(unknown).toEqual([
      { sessions: null, busyPeers: [] },
      { sessions: null, busyPeers: [] },
    ]);
    expect(known.sessions).toBe(3);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'Could not count the sessions of the gateway',
      'Could not count the sessions of the gateway',
    ]);
    expect(lines[0]?.['problem']).toContain('/proc/net/no-such-table');
  });
});

describe('count by what the gateway says', () => {
  async function gatewaySaying(status: number, body: string): Promise<number> {
    const server = createServer((request, response) =>
      response.writeHead(request.url === '/status' ? status : 404).end(body),
    );
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  it.each([
    { name: 'says 0', status: 200, body: '{"now":{"active":0}}', sessions: 0 },
    { name: 'says 7', status: 200, body: '{"now":{"active":7}}', sessions: 7 },
    { name: 'says nothing of it', status: 200, body: '{"now":{}}', sessions: null },
    { name: 'says less than 0', status: 200, body: '{"now":{"active":-1}}', sessions: null },
    { name: 'has an error', status: 500, body: '{"now":{"active":0}}', sessions: null },
  ])('gives $sessions when the gateway $name', async ({ status, body, sessions }) => {
    const port = await gatewaySaying(status, body);
    const counter = counterOf(`{source: HTTP, http: {path: /status, port: ${port}, field: now.active}}`);

    expect(await counter.sessions.count()).toEqual({ sessions, busyPeers: [] });
  });

  it('does not know when the gateway does not listen, and says why', async () => {
    const port = await freePort();
    const { sessions, lines } = counterOf(`{source: HTTP, http: {port: ${port}}}`);

    expect(await sessions.count()).toEqual({ sessions: null, busyPeers: [] });
    expect(lines[0]?.['problem']).toContain(`ECONNREFUSED 127.0.0.1:${port}`);
  });
});

describe('run', () => {
  const kernel =
    '{source: Kernel, ignore: [{host: a.example, port: 443}, {host: a.example, port: 80}, {host: b.example, port: 443}]}';

  it('looks the names of peers up at the start and every minute, each once', async () => {
    const stop = new AbortController();
    const { sessions, clock, asked } = counterOf(kernel);

    const running = sessions.run(stop.signal);
    await clock.advance(59_000);
    const inTheFirstMinute = [...asked];
    await clock.advance(1000);
    stop.abort();
    await running;

    expect(inTheFirstMinute).toEqual(['a.example', 'b.example']);
    expect(asked).toEqual(['a.example', 'b.example', 'a.example', 'b.example']);
  });

  it('looks them up soon after the first settings came', async () => {
    const stop = new AbortController();
    const { sessions, clock, asked, configure } = counterOf(undefined);
    const running = sessions.run(stop.signal);

    configure(kernel);
    await clock.advance(2000);
    stop.abort();
    await running;

    expect(asked).toEqual(['a.example', 'b.example']);
  });

  it.each(['{}', '{source: HTTP, http: {port: 8080}, ignore: [{host: a.example, port: 443}]}', '{source: Kernel}'])(
    'asks nobody for %s',
    async (text) => {
      const stop = new AbortController();
      const { sessions, clock, asked } = counterOf(text);

      const running = sessions.run(stop.signal);
      await clock.advance(600_000);
      stop.abort();
      await running;

      expect(asked).toEqual([]);
    },
  );

  it('ends at once, also while a name has no answer', async () => {
    const stop = new AbortController();
    const { sessions, clock } = counterOf(kernel, { lookUp: () => new Promise(() => {}) });
    const running = sessions.run(stop.signal);
    await clock.advance(1000);

    stop.abort();

    await expect(running).resolves.toBeUndefined();
  });
});
