import { median } from '../figure.ts';
import { type ByContestant, type ContestantName, contestantNames } from './contestant.ts';

/** What a figure must keep, and what we aim at. Missing an aim is no failure. */
export interface Bounds {
  readonly must?: number;
  readonly aim?: number;
  /** Bounds are upper ones, unless more is better. */
  readonly better: 'Lower' | 'Higher';
}

/** One figure: the number that is judged, and what it was made of. */
export interface Row extends Bounds {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** Of the value in single rounds. */
  readonly lowest: number;
  readonly highest: number;
  readonly rounds: number;
  /** What each contestant took: the median of the rounds, or the worst. */
  readonly each: ByContestant;
  readonly eachUnit: string;
}

export interface RowOptions extends Bounds {
  readonly figure: string;
  readonly eachUnit: string;
}

/** Compares with HAProxy in the same round: what slows a machine for minutes then slows both. */
export function ratioRow(options: RowOptions, rounds: readonly ByContestant[]): Row {
  const ratios = rounds.map(({ gatewaypool, haproxy }) => gatewaypool / haproxy);
  return rowOf(options, '× HAProxy', ratios, rounds, median);
}

/** As `ratioRow`, for numbers whose difference counts. */
export function differenceRow(options: RowOptions, rounds: readonly ByContestant[]): Row {
  const differences = rounds.map(({ gatewaypool, haproxy }) => gatewaypool - haproxy);
  return rowOf(options, `${options.eachUnit} over HAProxy`, differences, rounds, median);
}

/** Our own number is judged, the worst one of all rounds. */
export function worstRow(options: RowOptions, rounds: readonly ByContestant[]): Row {
  const own = rounds.map(({ gatewaypool }) => gatewaypool);
  return rowOf(options, options.eachUnit, own, rounds, (values) => Math.max(...values));
}

/** Whether a figure keeps its bound. */
export function keepsBound({ value, must, better }: Pick<Row, 'value' | 'must' | 'better'>): boolean {
  if (must === undefined) return true;
  return better === 'Lower' ? value <= must : value >= must;
}

function rowOf(
  { figure, eachUnit, ...bounds }: RowOptions,
  unit: string,
  values: readonly number[],
  rounds: readonly ByContestant[],
  summary: (values: readonly number[]) => number,
): Row {
  return {
    figure,
    value: summary(values),
    unit,
    ...bounds,
    lowest: Math.min(...values),
    highest: Math.max(...values),
    rounds: rounds.length,
    each: byContestant((name) => summary(rounds.map((round) => round[name]))),
    eachUnit,
  };
}

export function byContestant(numberOf: (name: ContestantName) => number): ByContestant {
  const [haproxy, nginx, gatewaypool] = contestantNames;
  return { haproxy: numberOf(haproxy), nginx: numberOf(nginx), gatewaypool: numberOf(gatewaypool) };
}
