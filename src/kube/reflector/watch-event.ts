import { KubeError } from '../errors.ts';
import { isRecord, trusted } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { streamError } from '../transport/status-error.ts';

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject; readonly resourceVersion: string }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly endsInitialEvents: boolean }
  | { readonly type: 'ERROR'; readonly error: KubeError };

/** Marks the bookmark after the last object that was there at the start of a watch with `sendInitialEvents`. */
const initialEventsEndAnnotation = 'k8s.io/initial-events-end';

/**
 * Parses one line of a watch. `tried` names the watch in errors.
 *
 * @throws KubeError `BadResponse` for anything that is no watch event: skipping it would be a silent gap.
 */
export function parseWatchEvent(line: string, tried: string): WatchEvent {
  const event = parseJson(line);
  if (!isRecord(event)) throw notAnEvent(tried, 'a line that is no JSON object');

  const { type, object } = event;
  if (type === 'ERROR') return { type, error: streamError(tried, object) };
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED' && type !== 'BOOKMARK') {
    throw notAnEvent(tried, 'an event of an unknown type');
  }
  const metadata = isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : {};
  const { resourceVersion, name, annotations } = metadata;
  if (typeof resourceVersion !== 'string' || resourceVersion === '') {
    throw notAnEvent(tried, 'an object without a resource version');
  }
  if (type === 'BOOKMARK') {
    const endsInitialEvents = isRecord(annotations) && annotations[initialEventsEndAnnotation] === 'true';
    return { type, resourceVersion, endsInitialEvents };
  }
  if (typeof name !== 'string') throw notAnEvent(tried, 'an object without a name');
  return { type, object: trusted<KubeObject>(object), resourceVersion };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Never quotes the line: it may be a Secret. */
function notAnEvent(tried: string, what: string): KubeError {
  return new KubeError(`${tried} sent ${what}`, { code: 'BadResponse' });
}
