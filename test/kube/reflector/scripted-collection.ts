import type { ServerResponse } from 'node:http';
import { soon } from '../soon.ts';
import { answerJson, writeEvent } from '../../faults/scripted-server.ts';
import type { ReceivedRequest, ScriptedServer } from '../../faults/scripted-server.ts';

/** How one watch begins; by default with what is in the collection, if the client asks for it. */
export type Opening = (response: ServerResponse, request: ReceivedRequest) => void;

/** A collection of ConfigMaps on a scripted server, whose watches a test writes event by event. */
export interface ScriptedCollection {
  /** Name to resource version. */
  readonly objects: Map<string, string>;
  resourceVersion: string;
  /** The next watches begin like this, one after another; after that as usual. */
  openNextWith(...openings: Opening[]): void;
  /** Sends what is in the collection, if the client asks for it. */
  asUsual: Opening;
  /** Requests for watches, oldest first: `initial from 0`, `from 7`. */
  watches(): string[];
  lists(): number;
  /** The newest open watch, once there are this many in all. */
  watch(count: number): Promise<ServerResponse>;
}

export function scriptedCollection(server: ScriptedServer): ScriptedCollection {
  const openings: Opening[] = [];
  const responses: ServerResponse[] = [];
  const collection: ScriptedCollection = {
    objects: new Map(),
    resourceVersion: '10',
    asUsual,
    openNextWith: (...next) => void openings.push(...next),
    watches: () =>
      server.requests
        .filter(({ query }) => query.has('watch'))
        .map(({ query }) =>
          [query.has('sendInitialEvents') ? ['initial'] : [], 'from', query.get('resourceVersion') ?? 'now']
            .flat()
            .join(' '),
        ),
    lists: () => server.requests.filter(({ query }) => !query.has('watch')).length,
    async watch(count) {
      await soon(`watch number ${count}`, () => responses.length >= count);
      const response = responses.at(count - 1);
      if (response === undefined) throw new Error('unreachable');
      return response;
    },
  };

  server.answer((request, response) => {
    if (!request.query.has('watch')) {
      const items = [...collection.objects].map(([name, version]) => configMap(name, version));
      answerJson(response, 200, { metadata: { resourceVersion: collection.resourceVersion }, items });
      return;
    }
    responses.push(response);
    const open = openings.shift() ?? asUsual;
    open(response, request);
  });

  function asUsual(response: ServerResponse, request: ReceivedRequest): void {
    response.writeHead(200);
    response.flushHeaders();
    if (!request.query.has('sendInitialEvents')) return;
    for (const [name, version] of collection.objects) writeEvent(response, 'ADDED', configMap(name, version));
    endInitialEvents(response, collection.resourceVersion);
  }
  return collection;
}

export function configMap(name: string, resourceVersion: string): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'a', uid: `uid-of-${name}`, resourceVersion, managedFields: [{ manager: 'test' }] },
  };
}

export function bookmark(response: ServerResponse, resourceVersion: string): void {
  writeEvent(response, 'BOOKMARK', { kind: 'ConfigMap', metadata: { resourceVersion } });
}

export function endInitialEvents(response: ServerResponse, resourceVersion: string): void {
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  writeEvent(response, 'BOOKMARK', { kind: 'ConfigMap', metadata: { resourceVersion, annotations } });
}
