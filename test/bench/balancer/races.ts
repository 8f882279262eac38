import type { ContestantPorts } from './contestant.ts';
import type { Ground } from './ground.ts';
import { BulkResult, RequestResult, RoundTripResult, runLoad } from './load-program.ts';
import type { Bounds } from './row.ts';

/** What one turn of traffic did: requests, round trips or bytes. */
export interface Done {
  readonly amount: number;
  readonly seconds: number;
}

/** Sends as much as goes through a port for so many seconds. Throws when anything failed. */
export type Traffic = (ground: Ground, port: number, seconds: number) => Promise<Done>;

/** What is measured of a turn. */
export interface RaceFigure extends Bounds {
  readonly figure: string;
  readonly eachUnit: string;
  readonly of: (done: Done, cpuNanoseconds: number) => number;
}

/** The same traffic through one contestant after the other. */
export interface Race {
  readonly service: keyof ContestantPorts;
  readonly traffic: Traffic;
  readonly figures: readonly RaceFigure[];
}

const busy = ['--connections', '64'];

export const races: readonly Race[] = [
  {
    service: 'http',
    traffic: requests(...busy),
    figures: [
      cpuPer('request', 'cpu_per_request', { must: 1.05, aim: 0.9 }),
      {
        figure: 'requests_per_second',
        eachUnit: 'requests per second',
        of: ({ amount, seconds }) => amount / seconds,
        better: 'Higher',
        must: 0.95,
        aim: 1.05,
      },
    ],
  },
  {
    service: 'http',
    traffic: requests(...busy, '--fields'),
    figures: [cpuPer('request', 'cpu_headers', { must: 1.05, aim: 0.95 })],
  },
  {
    service: 'http',
    traffic: requests(...busy, '--path', '/10k'),
    figures: [cpuPer('request', 'cpu_10k', { must: 1.05, aim: 0.95 })],
  },
  {
    service: 'http',
    traffic: requests(...busy, '--close'),
    figures: [cpuPer('request', 'cpu_new_connection', { must: 4, aim: 2.2 })],
  },
  {
    service: 'https',
    traffic: requests(...busy, '--tls'),
    figures: [cpuPer('request', 'cpu_tls', { must: 1.45, aim: 1.25 })],
  },
  {
    service: 'sink',
    traffic: bulk('--connections', '4'),
    figures: [
      {
        figure: 'cpu_bulk',
        eachUnit: 's per GB',
        of: ({ amount }, cpuNanoseconds) => cpuNanoseconds / amount,
        better: 'Lower',
        must: 0.75,
        aim: 0.65,
      },
    ],
  },
  {
    service: 'echo',
    traffic: roundTrips(...busy),
    figures: [cpuPer('round trip', 'cpu_round_trip', { must: 1.8, aim: 1.4 })],
  },
];

/** Processor time of the contestant alone, kernel included. */
function cpuPer(what: string, figure: string, bounds: { must: number; aim: number }): RaceFigure {
  const of = ({ amount }: Done, cpuNanoseconds: number): number => cpuNanoseconds / 1000 / amount;
  return { figure, eachUnit: `µs per ${what}`, of, better: 'Lower', ...bounds };
}

function requests(...args: readonly string[]): Traffic {
  return async (ground, port, seconds) => {
    const command = ['requests', '--port', String(port), ...args];
    const result = await runLoad(ground, RequestResult, seconds, command);
    if (result.failed > 0) throw new Error(`${command.join(' ')}: ${JSON.stringify(result)}`);
    return { amount: result.requests, seconds: result.seconds };
  };
}

function roundTrips(...args: readonly string[]): Traffic {
  return async (ground, port, seconds) => {
    const result = await runLoad(ground, RoundTripResult, seconds, ['roundtrips', '--port', String(port), ...args]);
    return { amount: result.roundTrips, seconds: result.seconds };
  };
}

function bulk(...args: readonly string[]): Traffic {
  return async (ground, port, seconds) => {
    const result = await runLoad(ground, BulkResult, seconds, ['bulk', '--port', String(port), ...args]);
    return { amount: result.bytes, seconds: result.seconds };
  };
}
