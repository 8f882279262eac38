import { microTime } from '../micro-time.ts';
import type { KubeObject, ResourceType } from '../object.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ (the fields that we write). */
export interface Event extends KubeObject {
  eventTime: string;
  reportingController: string;
  reportingInstance: string;
  type: EventType;
  reason: string;
  action: string;
  regarding: ObjectReference;
  note: string;
  series?: EventSeries;
}

export type EventType = 'Normal' | 'Warning';

/** The same event several times; the API server refuses a count below 2. */
export interface EventSeries {
  count: number;
  lastObservedTime: string;
}

/** What an event is about. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

export const eventResource: ResourceType = {
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
};

/** The API server refuses longer notes; it counts bytes. */
const maxNoteBytes = 1024;
const maxNameLength = 253;

export function referenceTo(object: KubeObject): ObjectReference {
  const { apiVersion, kind, metadata } = object;
  const { namespace, name, uid } = metadata;
  return {
    apiVersion,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
  };
}

/** Where events about cluster-scoped objects are kept, as client-go does. */
export function eventNamespace(regarding: ObjectReference): string {
  return regarding.namespace ?? 'default';
}

/** `<object>.<suffix>`, short enough for a name. */
export function eventName(regarding: ObjectReference, suffix: string): string {
  return `${regarding.name.slice(0, maxNameLength - suffix.length - 1)}.${suffix}`;
}

/** The text, cut at a character so that it fits. */
export function fittingNote(message: string): string {
  if (Buffer.byteLength(message) <= maxNoteBytes) return message;

  const ellipsis = '…';
  let bytes = Buffer.byteLength(ellipsis);
  let note = '';
  for (const character of message) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxNoteBytes) break;
    note += character;
  }
  return note + ellipsis;
}

export function eventSeries(count: number, lastObserved: Date): EventSeries {
  return { count, lastObservedTime: microTime(lastObserved) };
}
