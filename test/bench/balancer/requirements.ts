import { ensureRequirements } from '../../cluster/requirements.ts';

/** The peers, and what puts every program on the same core. */
export async function ensureBenchRequirements(): Promise<void> {
  await ensureRequirements([
    { file: 'haproxy', package: 'haproxy' },
    { file: 'nginx', package: 'nginx-light' },
    { file: '/usr/lib/nginx/modules/ngx_stream_module.so', package: 'libnginx-mod-stream' },
    { file: 'taskset', package: 'util-linux' },
    { file: 'setpriv', package: 'util-linux' },
  ]);
}
