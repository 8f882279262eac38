import { describe, expect, it } from '@jest/globals';
import { type Row, ratioRow, worstRow } from './row.ts';
import { jsonOf, tableOf, titleOf } from './table.ts';

function cpuRow(gatewaypool: number): Row {
  const options = { figure: 'cpu_per_request', eachUnit: 'µs per request', better: 'Lower', must: 1.05, aim: 0.9 };
  return ratioRow({ ...options, better: 'Lower' }, [
    { gatewaypool, haproxy: 6.6, nginx: 5.6111 },
    { gatewaypool: gatewaypool * 2, haproxy: 6.6, nginx: 5.6111 },
    { gatewaypool: gatewaypool * 3, haproxy: 6.6, nginx: 5.6111 },
  ]);
}

describe('the table', () => {
  it('has a line for each figure, its numbers below each other', () => {
    const failed = worstRow({ figure: 'failed', eachUnit: 'requests', better: 'Lower' }, [
      { gatewaypool: 0, haproxy: 1234.5, nginx: 2 },
    ]);

    const lines = tableOf([cpuRow(3.3), failed]).split('\n');

    expect(lines).toEqual([
      '  figure           value             rounds     bound            haproxy  nginx  gatewaypool',
      '  cpu_per_request      1  × HAProxy  0.5 … 1.5  ≤ 1.05, aim 0.9      6.6  5.611          6.6  µs per request',
      '  failed               0  requests                                  1235      2            0  requests',
      '',
    ]);
  });

  it('says loudly which bound was missed', () => {
    expect(tableOf([cpuRow(6.6)])).toContain('MISSED ≤ 1.05, aim 0.9');
    expect(tableOf([cpuRow(3.3)])).not.toContain('MISSED');
  });
});

describe('the JSON line', () => {
  it('has the figure, its bounds, and what it was made of', () => {
    expect(JSON.parse(jsonOf(cpuRow(3.3)))).toEqual({
      figure: 'cpu_per_request',
      value: 1,
      unit: '× HAProxy',
      lowest: 0.5,
      highest: 1.5,
      rounds: 3,
      better: 'Lower',
      must: 1.05,
      aim: 0.9,
      haproxy: 6.6,
      nginx: 5.611,
      gatewaypool: 6.6,
      eachUnit: 'µs per request',
    });
  });
});

describe('the title', () => {
  it('says whose figures these are, and where they are from', () => {
    const machine = { processor: 'CPU X', cores: 8, kernel: '6.1', node: '24.1.0', haproxy: '2.6.12', nginx: '1.22.1' };

    const title = titleOf(machine, { core: 7, nodeFlags: ['--single-threaded'] }, 0.031);

    expect(title).toBe(
      'HAProxy 2.6.12, nginx 1.22.1, gatewaypool on Node.js 24.1.0 (node --single-threaded)\n' +
        'All on core 7 of 8: CPU X, Linux 6.1; others took 3 % of it',
    );
  });
});
