import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../../cluster/processes/child.ts';
import { freePorts } from '../../../cluster/processes/ports.ts';
import { answers } from './answers.ts';
import type { PeerProxy } from './proxy.ts';

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** nginx with its own defaults of strictness; bodies are collected before they are passed on. */
export async function startNginx(backendPorts: readonly number[]): Promise<PeerProxy> {
  const ports = await freePorts(backendPorts.length);
  const folder = await mkdtemp(join(tmpdir(), 'gatewaypool-nginx-'));
  await mkdir(join(folder, 'temporary'));
  const lanes = backendPorts.map(
    (backend, lane) => `
  upstream gateway${lane} { server 127.0.0.1:${backend} max_fails=0; keepalive 4; }
  server { listen 127.0.0.1:${ports[lane]}; location / { proxy_pass http://gateway${lane}; } }`,
  );
  const config = `
daemon off;
master_process off;
pid ${folder}/pid;
error_log stderr crit;
events { worker_connections 2000; }
http {
  access_log off;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_next_upstream off;
${temporary.map((name) => `  ${name}_temp_path ${folder}/temporary/${name};`).join('\n')}
${lanes.join('')}
}
`;
  await writeFile(join(folder, 'nginx.conf'), config);
  const child = startChild(folder, 'nginx', 'nginx', ['-e', 'stderr', '-c', join(folder, 'nginx.conf')]);
  await answers(child, ports);
  return {
    name: 'nginx',
    ports,
    async stop() {
      await child.stop(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
