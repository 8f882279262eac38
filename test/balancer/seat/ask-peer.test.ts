import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { askPeer, parsePeerAnswer } from '../../../src/balancer/seat/ask-peer.ts';
import { closeServers, portOf } from '../loopback-servers.ts';

const never = new AbortController().signal;

afterEach(closeServers);

const peerOf = (listener: RequestListener): Promise<number> => portOf(createServer(listener));

describe('parsePeerAnswer', () => {
  it.each([
    { text: '{"sessions":3,"held":null}', answer: { kind: 'Seated' } },
    { text: '{"held":{"reason":"SlotOccupied","waitsFor":["a","b"]}}', answer: { kind: 'Held', waitsFor: ['a', 'b'] } },
    { text: '{"held":{"reason":"Later","message":"…","waitsFor":[]}}', answer: { kind: 'Held', waitsFor: [] } },
    { text: '{"ending":true,"held":null}', answer: { kind: 'Ending' } },
    { text: '{"ending":false,"held":null}', answer: { kind: 'Seated' } },
    { text: '{"sessions":3}', answer: { kind: 'Silent' } },
    { text: '{"held":{}}', answer: { kind: 'Silent' } },
    { text: '{"held":{"waitsFor":"a"}}', answer: { kind: 'Silent' } },
    { text: '<html>', answer: { kind: 'Silent' } },
    { text: '', answer: { kind: 'Silent' } },
  ])('reads $text as $answer.kind', ({ text, answer }) => {
    expect(parsePeerAnswer(text)).toEqual(answer);
  });
});

describe('askPeer', () => {
  it('asks /sessions', async () => {
    const port = await peerOf((request, response) => {
      response.end(request.url === '/sessions' ? '{"held":null}' : 'elsewhere');
    });

    expect(await askPeer('127.0.0.1', port, never)).toEqual({ kind: 'Seated' });
  });

  it.each([
    { name: 'answers with an error', listener: answerWith(503) },
    { name: 'breaks off in the middle', listener: breakOff },
    { name: 'sends without end', listener: sendWithoutEnd },
  ])('finds a peer silent that $name', async ({ listener }) => {
    const port = await peerOf(listener);

    expect(await askPeer('127.0.0.1', port, never)).toEqual({ kind: 'Silent' });
  });

  it('finds a peer silent that accepts and says nothing for a second', async () => {
    const port = await portOf(createTcpServer((socket) => socket.on('error', () => {}).resume()));
    const startedAt = performance.now();

    const answer = await askPeer('127.0.0.1', port, never);

    expect(answer).toEqual({ kind: 'Silent' });
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it('finds that a peer refused when its machine is there and nobody listens', async () => {
    const port = await peerOf(() => {});
    await closeServers();

    expect(await askPeer('127.0.0.1', port, never)).toEqual({ kind: 'Refused' });
  });

  it('gives up when told to', async () => {
    const port = await peerOf(() => {});
    const stop = new AbortController();
    const asking = askPeer('127.0.0.1', port, stop.signal);

    stop.abort();

    expect(await asking).toEqual({ kind: 'Silent' });
  });
});

function answerWith(status: number): RequestListener {
  return (_request, response) => response.writeHead(status).end('{"held":null}');
}

function breakOff(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Length': '100' });
  response.write('{"held":null}', () => response.destroy());
}

function sendWithoutEnd(_request: IncomingMessage, response: ServerResponse): void {
  const more = (): void => {
    while (response.writable && response.write('x'.repeat(65_536)));
  };
  response.on('drain', more);
  more();
}
