import type { ReasonOf } from '../../api/conditions.ts';
import type { FieldError } from '../../api/field-error.ts';
import type { ResolvedSpec } from '../../api/resolve.ts';
import type { GatewayPoolStatus } from '../../api/status.ts';
import type { EndCause } from '../../balancer/drain/drains.ts';
import type { ObservedGate } from './gate.ts';

/** Everything that a plan is made from: one plain value, read from the caches at one moment. Nothing in it changes later. */
export interface Observation {
  readonly pool: ObservedPool;
  /** Every slot that has a Deployment of ours or a pod, in ascending order. (Slots that only hold a seat are in the gate.) */
  readonly slots: readonly ObservedSlot[];
  /** undefined: there is no such ConfigMap. */
  readonly gate: ObservedGate | undefined;
  readonly config: ConfigCheck;
  /** The Secrets that listeners name. */
  readonly tls: TlsCheck;
  /** Copies of the configuration that exist, the newest first. */
  readonly configCopies: readonly string[];
  /** Objects that bear a name of ours and do not belong to this pool. Never adopted, never changed. */
  readonly conflicts: readonly ForeignObject[];
  /** What could not be made from this generation of the pool, when it was last tried. */
  readonly refusals: readonly Refusal[];
  /** The drains that sidecars were ordered to make; undefined: their ConfigMap does not exist yet. */
  readonly drains: ObservedDrains | undefined;
  /** How long this process has known that list as it is, by its own clock; 0 when that is not known. */
  readonly drainsAgeMilliseconds: number;
  /** Image of the sidecar that a pod which starts now gets. */
  readonly balancerImage: string;
}

/** What `drains.yaml` in the ConfigMap `<pool>-balancer` says, and the version to compare with when it is changed. */
export interface ObservedDrains extends DrainList {
  readonly resourceVersion: string;
}

/** The list of draining pods, as it is written. */
export interface DrainList {
  /** Grows by one with every write, also over the loss of the ConfigMap. */
  readonly generation: number;
  /** metadata.generation of the pool that it was written for: an operator that knows an older one changes nothing. 0: not written yet. */
  readonly poolGeneration: number;
  readonly draining: readonly OrderedDrain[];
}

/** One pod that is to take no new sessions. */
export interface OrderedDrain {
  readonly slot: string;
  readonly podUid: string;
  /**
   * From the moment at which the pod's own sidecar saw the order; null: no deadline. The sidecar keeps the time, so that no clocks of
   * two machines are compared, and a restart of anybody does not begin it anew.
   */
  readonly deadlineSeconds: number | null;
  /** `generation` of the list with which this order began; kept as long as it stays ordered. */
  readonly since: number;
  /** What was to become of the instance when the drain was ordered, or told anew. Nothing else remembers. null: not known. */
  readonly cause: EndCause | null;
  /** A sentence for a person. */
  readonly reason: string;
}

/** The pool and what its user wants of it. */
export interface ObservedPool extends PoolIdentity {
  readonly spec: ResolvedSpec;
  /** Its annotation that asks for a restart. A part of `revision`, and none of the generation. */
  readonly restart?: string | undefined;
  /** What an instance that starts now is made from: `revisionOf` the spec and the last good configuration. */
  readonly revision: string;
}

/** Which pool it is, and what its status says now. Known even of a pool whose spec makes no sense. */
export interface PoolIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  /** Of the very object whose spec and status are observed: every write of the status is a compare-and-swap on it. */
  readonly resourceVersion: string;
  readonly deleting: boolean;
  readonly status: GatewayPoolStatus | undefined;
}

/** A slot that there is something of. */
export interface ObservedSlot {
  readonly number: number;
  readonly name: string;
  readonly deployment: ObservedDeployment | undefined;
  /** All pods with the slot's labels, terminating and ended ones too, oldest first. */
  readonly pods: readonly ObservedPod[];
}

/** A slot's Deployment, owned by this pool. */
export interface ObservedDeployment {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly replicas: number;
  /** Annotation of its pod template; empty when somebody removed it. */
  readonly revision: string;
  readonly deleting: boolean;
  /** What of our metadata and settings differs and can be put back without touching a pod: `label pam.gatewaypool.io/slot`. */
  readonly drift: readonly string[];
  /** Those of `drift` that somebody else than the operator wrote last. What is in `drift` alone may come from a change of the pool. */
  readonly editedSettings: readonly string[];
  /** Whether fields of ours in its pod template were changed by somebody. Never put back: that would restart the pod. */
  readonly templateDrift: boolean;
  /** Name of the config copy that its pod template refers to. */
  readonly configCopy: string | undefined;
  /** Its image, its template or anything else but its config copy is another than an instance that starts now would get. */
  readonly differsBesidesConfig: boolean;
  /** Its newest template's pod has been Ready for `rollout.minReadySeconds`, as Kubernetes' own Deployment controller says. */
  readonly available: boolean;
  /** Its pod is of its newest template, as that controller says. false for a moment after each change of it, by whomever. */
  readonly updated: boolean;
  /** What it goes back to when its revision fails: the last one that was available in this slot. */
  readonly lastGood: GoodRevision | undefined;
  /** The revision that failed in this slot, so that nobody tries it again. */
  readonly failedRevision: string | undefined;
  /** Somebody asked, by the annotation `pam.gatewaypool.io/stop`, to stop this instance when its sessions are over. */
  readonly stopRequested: boolean;
}

export interface GoodRevision {
  readonly revision: string;
  /** Kept as long as a slot may go back to it. */
  readonly configCopy: string;
}

/** One pod of a slot. */
export interface ObservedPod {
  readonly name: string;
  readonly uid: string;
  readonly node: string | undefined;
  readonly revision: string;
  readonly configCopy: string | undefined;
  /** metadata.deletionTimestamp is set. */
  readonly terminating: boolean;
  /** That time: the end of its grace period, when it is killed at the latest; undefined: it was not told to end. */
  readonly endsAt: string | undefined;
  /** Its phase is Succeeded or Failed: no container of it runs, or will. */
  readonly ended: boolean;
  /** Its node does not answer (taint or Ready condition `unreachable`, or pod status reason NodeLost). */
  readonly nodeLost: boolean;
  /** Pod condition Ready. */
  readonly ready: boolean;
  /** The sidecar's container status says `started`: the gateway was let through. May be seen late, is never seen early. */
  readonly balancerStarted: boolean;
  /** The sidecar runs or ran, in this pod, whether or not it let the gateway through. */
  readonly balancerEverRan: boolean;
  /** The gateway container runs or ran, in this pod. */
  readonly gatewayEverStarted: boolean;
  /** Why the first container that waits does so: `ImagePullBackOff`, `CrashLoopBackOff`; scheduling troubles too: `Unschedulable`. */
  readonly waiting: { readonly reason: string; readonly message: string } | undefined;
  /** Of the gateway container. */
  readonly restarts: number;
  /**
   * How long this process has known that the gateway container runs as it does now, by its own clock; undefined while it does not run.
   * A restart of the container, or of this process, begins it anew.
   */
  readonly gatewayRunsMilliseconds: number | undefined;
  /** How the gateway container last ended, in Kubernetes' words; undefined: it never did. */
  readonly lastEnd: LastEnd | undefined;
  /** Its node takes no new pods (`spec.unschedulable`): somebody is about to drain it. */
  readonly nodeCordoned: boolean;
  /** Image of its sidecar. */
  readonly balancerImage: string | undefined;
  /** `drain.deadlineSeconds` as it was when the pod was made: its grace period cannot be changed. undefined: not known. */
  readonly drainDeadlineSeconds: number | undefined;
  /**
   * How long this process has known that it could become Ready, by its own clock: since its sidecar let the gateway start, or, while its
   * sidecar does not run at all, since its creation. undefined while it waits for its seat: that time does not count. Begins anew with
   * the process: the safe side.
   */
  readonly progressMilliseconds: number | undefined;
  /** What its sidecar answered when it was asked just now (see `podsToAsk`); undefined when it was not asked or did not answer. */
  readonly answer: PodAnswer | undefined;
}

export interface LastEnd {
  readonly reason: string;
  readonly exitCode: number;
}

/** What matters to a plan of a sidecar's live answer at /sessions. */
export interface PodAnswer {
  /** null: its gateway was let through. */
  readonly held: HeldAnswer | null;
  /** Sessions of its own gateway, as far as this sidecar alone can tell; undefined: it does not know. */
  readonly sessions: number | undefined;
  /** Sessions of other instances that enter through it. */
  readonly transit: number;
  /** Sessions by slot that entered through it, its own slot's included. */
  readonly backends: Readonly<Record<string, number>>;
  /** Whether it takes no new sessions, and whether the time for that is over; null: it is not draining. */
  readonly drain: { readonly deadlineReached: boolean } | null;
  /** UIDs of the pods that it sends nothing new to, because they were ordered to drain. */
  readonly knownDrains: readonly string[];
  /** `generation` of the list of drains that it obeys; 0: it has read none; undefined: its release knows of no drains. */
  readonly drainsGeneration: number | undefined;
  /** Who keeps an outbound-only gateway busy: `192.0.2.7:443`. At most ten. */
  readonly busyPeers: readonly string[];
}

/** Why a pod's gateway may not start yet, as its sidecar tells. */
export interface HeldAnswer {
  readonly reason: string;
  readonly message: string;
  /** Generation of the gate that it last read. */
  readonly seatsGeneration: number | null;
}

/** What is known of the shared configuration. Never holds a value (guarantee G11). */
export type ConfigCheck =
  | { readonly state: 'Valid'; readonly copy: string }
  /** Names Secret, key and rule. `lastGoodCopy` is what running instances go on with. */
  | {
      readonly state: 'Invalid';
      readonly reason: Exclude<ReasonOf<'ConfigValid'>, 'Valid'>;
      readonly message: string;
      readonly lastGoodCopy: string | undefined;
    };

/** What is known of the Secrets that listeners name. Never holds a value (guarantee G11). */
export type TlsCheck =
  | { readonly state: 'NotUsed' }
  | {
      readonly state: 'Valid';
      readonly firstToExpire: { readonly secretName: string /** ISO 8601. */; readonly at: string };
      /** That has happened. Instances start all the same: those that run have that certificate too. */
      readonly expired: boolean;
    }
  /** Names field, Secret, key and rule. */
  | {
      readonly state: 'Invalid';
      readonly reason: Exclude<ReasonOf<'TLSValid'>, 'Valid' | 'NotUsed' | 'Expired'>;
      readonly message: string;
    };

/** An object in our way. */
export interface ForeignObject {
  /** `Deployment`, `Service`, … */
  readonly kind: string;
  readonly name: string;
  /** Who it belongs to, for a person: `is owned by Helm release x`, `has no owner`. */
  readonly owner: string;
}

/** Something that this pool needs and that could not be made. */
export interface Refusal {
  /** What was to be made: `Deployment prod-0`. */
  readonly object: string;
  /** Who refused: our own rules for templates (nothing was sent), or the API server. */
  readonly by: 'TemplateRules' | 'ApiServer';
  /** Where and why; by field path, never with a value of a Secret. */
  readonly errors: readonly FieldError[];
}
