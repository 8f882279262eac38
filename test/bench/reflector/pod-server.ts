import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { answerJson, answerStatus, startScriptedServer } from '../../faults/scripted-server.ts';
import type { ReceivedRequest, ScriptedServer } from '../../faults/scripted-server.ts';
import type { TlsTexts } from '../../faults/tls-files.ts';
import { pod } from './pods.ts';

export interface PodServerOptions {
  readonly pods: number;
  /** Sent on every watch after the pods. */
  readonly changes: number;
  /** False = answers 422 to watches that want to begin with the objects. */
  readonly initialObjects: boolean;
}

/** Serves made-up pods as fast as a client takes them: as a list in pages, or in a watch. */
export async function startPodServer(tls: TlsTexts, options: PodServerOptions): Promise<ScriptedServer> {
  const server = await startScriptedServer(tls);
  server.answer(async (request, response) => {
    if (!request.query.has('watch')) {
      answerPage(request, response, options);
    } else if (request.query.has('sendInitialEvents') && !options.initialObjects) {
      answerStatus(response, 422, 'Invalid');
    } else {
      await answerWatch(request, response, options);
    }
  });
  return server;
}

function answerPage({ query, headers }: ReceivedRequest, response: ServerResponse, { pods }: PodServerOptions): void {
  const from = Number(query.get('continue') ?? 0);
  const to = Math.min(from + Number(query.get('limit') ?? pods), pods);
  const items = Array.from({ length: to - from }, (_value, index) => pod(from + index, 1, wantsWhole(headers.accept)));
  answerJson(response, 200, {
    metadata: { resourceVersion: '1', ...(to < pods ? { continue: String(to) } : {}) },
    items,
  });
}

async function answerWatch(
  { query, headers }: ReceivedRequest,
  response: ServerResponse,
  options: PodServerOptions,
): Promise<void> {
  const whole = wantsWhole(headers.accept);
  const write = async (event: object): Promise<void> => {
    if (!response.write(`${JSON.stringify(event)}\n`)) await once(response, 'drain');
  };
  response.writeHead(200);
  if (query.has('sendInitialEvents')) {
    for (let index = 0; index < options.pods; index++) await write({ type: 'ADDED', object: pod(index, 1, whole) });
    const metadata = { resourceVersion: '1', annotations: { 'k8s.io/initial-events-end': 'true' } };
    await write({ type: 'BOOKMARK', object: { metadata } });
  }
  for (let change = 1; change <= options.changes; change++) {
    await write({ type: 'MODIFIED', object: pod(change % options.pods, 1 + change, whole) });
  }
}

function wantsWhole(accept: string | undefined): boolean {
  return accept?.includes('PartialObjectMetadata') !== true;
}
