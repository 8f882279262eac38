import { contestantNames } from './contestant.ts';
import type { Ground } from './ground.ts';
import type { Machine } from './machine.ts';
import { keepsBound, type Row } from './row.ts';

/** The figures for people. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['figure', 'value', '', 'rounds', 'bound', ...contestantNames, ''];
  const cells = rows.map((row) => [
    row.figure,
    String(shown(row.value)),
    row.unit,
    row.rounds === 1 ? '' : `${shown(row.lowest)} … ${shown(row.highest)}`,
    boundOf(row),
    ...contestantNames.map((name) => String(shown(row.each[name]))),
    row.eachUnit,
  ]);
  const isNumber = (column: number): boolean => column === 1 || (column >= 5 && column < 5 + contestantNames.length);
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((line) => line[column]?.length ?? 0)));
  const lineOf = (line: readonly string[]): string =>
    line
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [head, ...cells].map((line) => `  ${lineOf(line)}\n`).join('');
}

/** One line of JSON for programs. */
export function jsonOf({ each, value, lowest, highest, ...row }: Row): string {
  const numbers = contestantNames.map((name) => [name, shown(each[name])]);
  const judged = { value: shown(value), lowest: shown(lowest), highest: shown(highest) };
  return JSON.stringify({ ...row, ...judged, ...Object.fromEntries(numbers) });
}

/** Of whom and where figures are; `othersUse` is what others took of the core, from 0 to 1. */
export function titleOf(
  machine: Machine,
  { core, nodeFlags }: Pick<Ground, 'core' | 'nodeFlags'>,
  othersUse: number,
): string {
  const { processor, cores, kernel, haproxy, nginx, node } = machine;
  const own = ['node', ...nodeFlags].join(' ');
  const programs = `HAProxy ${haproxy}, nginx ${nginx}, gatewaypool on Node.js ${node} (${own})`;
  const others = `others took ${Math.round(othersUse * 100)} % of it`;
  return `${programs}\nAll on core ${core} of ${cores}: ${processor}, Linux ${kernel}; ${others}`;
}

function boundOf(row: Row): string {
  if (row.must === undefined) return '';
  const sign = row.better === 'Lower' ? '≤' : '≥';
  const aim = row.aim === undefined ? '' : `, aim ${row.aim}`;
  return `${keepsBound(row) ? '' : 'MISSED '}${sign} ${row.must}${aim}`;
}

/** Three digits that mean something are enough. */
function shown(value: number): number {
  if (Math.abs(value) >= 100) return Math.round(value);
  return Math.abs(value) >= 10 ? Math.round(value * 10) / 10 : Math.round(value * 1000) / 1000;
}
