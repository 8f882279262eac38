import type { Logger } from '../kube/logger.ts';
import type { Clock } from '../kube/clock.ts';
import { type Backend, type Target, targetAt } from './backend.ts';
import type { HealthCheck, Listener } from './config/schema.ts';
import { isEjected } from './health/ejection.ts';
import {
  assumedHealthy,
  changesAt,
  isHealthy,
  movesFreely,
  type TargetHealth,
  withCheck,
  withFailure,
  withVerdict,
  withSuccess,
} from './health/target-health.ts';
import type { Counters } from './metrics/counters.ts';
import type { CounterLine } from './metrics/metrics.ts';
import { eligibleMembers } from './rotation/eligible.ts';
import { createComebacks } from './rotation/comebacks.ts';
import { createRotation, type Rotation } from './rotation/rotation.ts';
import { slowStartWeight } from './rotation/slow-start.ts';
import { compareNames } from './rotation/slot-order.ts';
import type { News, Place } from './shares.ts';
import type { Dial } from './transport/security.ts';

export interface DispatcherSettings {
  readonly listener: Listener;
  readonly slowStartSeconds: number;
  readonly healthCheck: HealthCheck;
  /** What one backend gets at once; undefined = as much as there is. */
  readonly maxSessions?: number | undefined;
  /** How backends are connected; undefined = plain TCP. */
  readonly dial?: Dial | undefined;
}

export interface DispatcherOptions {
  readonly settings: DispatcherSettings;
  readonly ownName?: string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly counters: Pick<Counters, 'picks' | 'ejected'>;
  /** How much a backend has in hand, from all listeners. */
  readonly sessionsOn: (backend: string) => number;
  /** See `SessionBook`. */
  readonly tryReserve?: ((backend: string, atMost: number) => boolean) | undefined;
  /** Absent: one of its own. */
  readonly rotation?: Rotation | undefined;
  /** Tells others what traffic has taught. */
  readonly tell?: ((news: News) => void) | undefined;
  /** Checks found that the target hangs: what waits there for an answer should move. */
  readonly onDown: (target: Target) => void;
  /** The target gets no new work for now or for ever: idle connections to it should close. What it has, it keeps. */
  readonly onNoNewWork: (target: Target) => void;
}

const unlimited = Number.POSITIVE_INFINITY;

/** One target as metrics show it. */
export interface MemberStanding {
  readonly name: string;
  readonly ready: boolean;
  readonly healthy: boolean;
}

interface Member extends Backend {
  readonly target: Target;
  picks: CounterLine;
  health: TargetHealth;
  /** As of the last `refresh`, like `weight`. */
  healthy: boolean;
  weight: number;
}

/**
 * Chooses the backend for each piece of one listener's work, and learns from how it went: the rotation, the health of each target and
 * the slow start, joined.
 */
export class Dispatcher {
  private settings: DispatcherSettings;
  private readonly options: DispatcherOptions;
  private readonly rotation: Rotation;
  private readonly comebacks = createComebacks();
  private members: readonly Member[] = [];
  /** Who may be picked; undefined = to be found out anew. */
  private eligible: readonly Member[] | undefined;
  private panics = false;
  /** After `pick` found nobody: somebody could take this piece of work, were he not full. It should wait. */
  full = false;
  private maxSessions: number;
  private prefersLocal: boolean;
  /** At least one member has failures that a success would wipe out. */
  private someFailed = false;
  private byKey: ReadonlyMap<string, Member> = new Map();
  /** Until then neither health nor weights change by time alone. In the past: something else changed. */
  private steadyUntil = Number.NEGATIVE_INFINITY;

  constructor(options: DispatcherOptions) {
    this.options = options;
    this.settings = options.settings;
    this.maxSessions = options.settings.maxSessions ?? unlimited;
    this.prefersLocal = options.settings.listener.distribution === 'PreferLocal';
    this.rotation = options.rotation ?? createRotation(options.random());
  }

  get panic(): boolean {
    this.refresh(this.now());
    this.eligibleMembers();
    return this.panics;
  }

  /** Thresholds, slow start, name and distribution change in place; a new `targetPort` counts from the next `setBackends`. */
  setSettings(settings: DispatcherSettings): void {
    this.settings = settings;
    this.maxSessions = settings.maxSessions ?? unlimited;
    this.prefersLocal = settings.listener.distribution === 'PreferLocal';
    this.full = false;
    this.steadyUntil = Number.NEGATIVE_INFINITY;
    for (const member of this.members) member.picks = this.options.counters.picks(member.name);
  }

  /** Takes the whole set. Health is kept for targets that stay, the place in the rotation for names that stay. */
  setBackends(backends: readonly Backend[]): void {
    const gone = new Map(this.members.map((member) => [member.target.key, member]));
    const members: Member[] = [];
    for (const backend of backends) {
      const port = backend.ports?.[this.settings.listener.name] ?? backend.port ?? this.settings.listener.targetPort;
      if (port === undefined) continue;
      const seen = targetAt(backend.name, backend.address, port, this.settings.dial);
      const known = gone.get(seen.key);
      // Note: the same object as long as the target stays, as connections to it look there whether they are worth keeping.
      const target = known !== undefined && known.target.dial === seen.dial ? known.target : seen;
      target.takesNewWork = takesWork(backend);
      const health = known?.health ?? assumedHealthy;
      const picks = this.options.counters.picks(backend.name);
      members.push({ ...backend, target, picks, health, healthy: true, weight: 1 });
      if (takesWork(backend)) gone.delete(target.key);
    }
    this.members = members.sort((one, other) => compareNames(one.name, other.name));
    this.byKey = new Map(members.toReversed().map((member) => [member.target.key, member]));
    for (const { name } of gone.values()) this.rotation.forget(name);
    for (const member of gone.values()) {
      member.target.takesNewWork = false;
      if (takesWork(member)) this.options.onNoNewWork(member.target);
    }
    this.eligible = undefined;
    this.steadyUntil = Number.NEGATIVE_INFINITY;
    this.refresh(this.now());
  }

  /**
   * The next target, or undefined when none can take work, or all are `full`. `tried` holds the keys of targets that this piece of work was at; with
   * some tried, health decides less: a doubtful target is better than none.
   * @param now for who has read the clock already
   */
  pick(tried?: ReadonlySet<string>, now: number = this.now()): Target | undefined {
    this.refresh(now);
    const members = this.eligibleMembers();
    if (tried === undefined || tried.size === 0) return this.choose(members);

    const untried = members.filter((member) => !tried.has(member.target.key));
    const healthy = untried.filter((member) => member.healthy);
    const better = healthy.length > 0 ? healthy : untried;
    if (better.length > 0) return this.choose(better);
    return this.choose(firstOfEachName(this.members.filter((one) => takesWork(one) && !tried.has(one.target.key))));
  }

  /** The target answered. */
  succeeded(target: Target): void {
    // Nearly always nobody failed lately, and there is nothing new in it.
    if (!this.someFailed) return;
    const member = this.byKey.get(target.key);
    if (member !== undefined && this.learn(member, withSuccess(member.health))) this.tell('Recovered', target);
    this.someFailed = this.members.some(({ health }) => health.ejection.failures > 0);
  }

  /** A connect to the target failed, or a connection to it was lost without an answer. */
  failed(target: Target): void {
    const member = this.byKey.get(target.key);
    if (member === undefined) return;
    this.tell('Failed', target);
    const now = this.now();
    if (!this.learnFailure(member, now)) return;
    this.options.counters.ejected(target.name);
    const milliseconds = Math.round(member.health.ejection.ejectedUntil - now);
    this.log().warn({ backend: target.name, address: target.address, milliseconds }, 'Ejected a backend that failed');
    this.options.onNoNewWork(target);
  }

  /** Takes the result of an active check. Marking a target down moves what waits there. */
  checked(target: Target, passed: boolean): void {
    const member = this.byKey.get(target.key);
    if (member === undefined) return;
    const wasUp = member.health.check.up;
    this.learn(member, withCheck(member.health, passed, this.settings.healthCheck));
    if (member.health.check.up === wasUp) return;
    const change = wasUp ? 'Marked a backend down: its health checks failed' : 'Marked a backend up again';
    this.log().warn({ backend: target.name, address: target.address }, change);
    if (!wasUp) return;
    this.options.onDown(target);
    this.options.onNoNewWork(target);
  }

  /** Takes what another dispatcher of the same listener has learned. Who has learned it has logged and counted it. */
  hear({ what, about }: News): void {
    for (const member of this.members) if (isAt(member.target, about)) this.takeOver(what, member);
  }

  /** Whether active checks find the target well so far. */
  isUp(target: Target): boolean {
    return this.byKey.get(target.key)?.health.check.up === true;
  }

  /** Whether work lost at this target may go elsewhere without asking the retry budget. A target that left counts as an outage. */
  movesFreely(target: Target): boolean {
    const member = this.byKey.get(target.key);
    return member === undefined || movesFreely(member.health, this.now());
  }

  /** The targets worth an active check: those that get new work, or would if they were healthy. */
  checkTargets(): readonly Target[] {
    return this.members.filter(takesWork).map(({ target }) => target);
  }

  /** One line for each name: of a slot's two pods the one that gets the work speaks. */
  standings(): readonly MemberStanding[] {
    this.refresh(this.now());
    const speakers = firstOfEachName([...this.members.filter(takesWork), ...this.members]);
    return speakers
      .map(({ name, ready, healthy }) => ({ name, ready, healthy }))
      .sort((one, other) => compareNames(one.name, other.name));
  }

  private choose(candidates: readonly Member[]): Target | undefined {
    if (this.maxSessions === unlimited) return targetOf(this.next(candidates));
    const picked = this.next(this.withRoom(candidates));
    const { tryReserve } = this.options;
    if (picked === undefined || tryReserve === undefined || tryReserve(picked.name, this.maxSessions)) {
      return targetOf(picked);
    }
    // Another thread has taken the last place since we looked.
    const other = this.choose(candidates.filter((member) => member !== picked));
    if (other === undefined) this.full = true;
    return other;
  }

  private next(members: readonly Member[]): Member | undefined {
    if (this.prefersLocal) {
      const local = members.find(({ name }) => name === this.options.ownName);
      if (local !== undefined) return local;
    }
    return this.rotation.pick(members);
  }

  private takeOver(what: News['what'], member: Member): void {
    const { target } = member;
    switch (what) {
      case 'Failed':
        if (this.learnFailure(member, this.now())) this.options.onNoNewWork(target);
        break;
      case 'Recovered':
        this.learn(member, withSuccess(member.health));
        break;
      case 'Down':
        if (!this.learn(member, withVerdict(member.health, false))) break;
        this.options.onDown(target);
        this.options.onNoNewWork(target);
        break;
      case 'Up':
        this.learn(member, withVerdict(member.health, true));
        break;
      default:
    }
  }

  /** Whether it is ejected by that. */
  private learnFailure(member: Member, now: number): boolean {
    const before = isEjected(member.health.ejection, now);
    this.learn(member, withFailure(member.health, now));
    this.someFailed = true;
    return !before && isEjected(member.health.ejection, now);
  }

  private tell(what: News['what'], { name, address, port }: Place): void {
    this.options.tell?.({ what, about: { name, address, port } });
  }

  /** Who is full is passed over, and has nothing to catch up with when his turn comes again. */
  private withRoom(candidates: readonly Member[]): readonly Member[] {
    const hasRoom = ({ name }: Member): boolean => this.options.sessionsOn(name) < this.maxSessions;
    // The same list tells the rotation that nothing has changed.
    const members = candidates.every(hasRoom) ? candidates : candidates.filter(hasRoom);
    this.full = members.length === 0 && candidates.length > 0;
    return members;
  }

  private eligibleMembers(): readonly Member[] {
    if (this.eligible === undefined) {
      const { members, panic } = eligibleMembers(this.members);
      this.eligible = firstOfEachName(members);
      this.setPanic(panic);
    }
    return this.eligible;
  }

  /** Brings health and weights up to now. Both change with time alone, so this runs before each pick: usually it has nothing to do. */
  private refresh(now: number): void {
    if (now < this.steadyUntil) return;
    let changed = this.eligible === undefined;
    for (const member of this.members) {
      const healthy = isHealthy(member.health, now);
      changed ||= healthy !== member.healthy;
      member.healthy = healthy;
    }
    if (changed) {
      this.eligible = undefined;
      const usable = this.members.filter((member) => member.healthy && takesWork(member)).map(({ name }) => name);
      this.comebacks.note(new Set(usable), now);
    }
    const { slowStartSeconds } = this.settings;
    let steadyUntil = Number.POSITIVE_INFINITY;
    for (const member of this.members) {
      member.weight = slowStartWeight(this.comebacks.returnedAt(member.name), slowStartSeconds, now);
      steadyUntil = Math.min(steadyUntil, member.weight < 1 ? now : changesAt(member.health, now));
    }
    this.steadyUntil = steadyUntil;
  }

  private setPanic(panic: boolean): void {
    if (panic === this.panics) return;
    this.panics = panic;
    const message = panic
      ? 'Fewer than half of the ready backends look healthy: health is ignored until more do'
      : 'Enough backends are healthy again';
    this.log().warn(message);
  }

  /** Whether there was something new in it. */
  private learn(member: Member, health: TargetHealth): boolean {
    if (health === member.health) return false;
    member.health = health;
    this.steadyUntil = Number.NEGATIVE_INFINITY;
    return true;
  }

  private now(): number {
    return this.options.clock.monotonicMilliseconds();
  }

  private log(): Logger {
    return this.options.logger.child({ listener: this.settings.listener.name });
  }
}

function targetOf(picked: Member | undefined): Target | undefined {
  if (picked === undefined) return undefined;
  picked.picks.value += 1;
  return picked.target;
}

function isAt(target: Target, { name, address, port }: Place): boolean {
  return target.name === name && target.address === address && target.port === port;
}

function takesWork(backend: Backend): boolean {
  return backend.ready && !backend.draining;
}

/** A slot has one turn, also when two of its pods qualify. */
function firstOfEachName(members: readonly Member[]): readonly Member[] {
  return members.filter(({ name }, position) => members.findIndex((member) => member.name === name) === position);
}
