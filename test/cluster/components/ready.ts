import { readFile } from 'node:fs/promises';
import { request } from 'node:https';

export interface ReadyProbe {
  readonly server: string;
  readonly caFile: string;
}

/** The API server's own verdict; `/readyz` is readable by anybody once RBAC's default roles are there. False while unreachable. */
export async function isReady({ server, caFile }: ReadyProbe): Promise<boolean> {
  const ca = await readFile(caFile);
  return new Promise((resolve) => {
    const probe = request(`${server}/readyz`, { ca, agent: false, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    probe.on('timeout', () => probe.destroy());
    probe.on('error', () => resolve(false));
    probe.end();
  });
}
