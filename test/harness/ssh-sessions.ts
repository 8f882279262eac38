import { type ClientPod, clientKeyPath, inClient } from './client-pod.ts';

/** One SSH session through a pool, kept open inside the client pod. */
export interface SshSession {
  readonly id: string;
  /** The slot whose gateway took the session; empty while it is not connected. */
  readonly instance: string;
  /** The ssh process lives and its shell printed a tick within the last three seconds. */
  readonly alive: boolean;
}

const folder = '/tmp/sessions';
const sshOptions =
  '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=10 -o ServerAliveInterval=5';

/**
 * Opens `count` sessions one after the other, each a remote shell that prints its host name and then the time, every second, until it
 * is closed or an hour has passed. They run inside the client pod, so that they do not hang on our own connection to the API server.
 */
export async function openSshSessions(
  client: ClientPod,
  target: { host: string; port: number; prefix: string; count: number },
): Promise<readonly SshSession[]> {
  const remote = 'hostname; i=0; while [ $i -lt 3600 ]; do date +%s; sleep 1; i=$((i+1)); done';
  await inClient(
    client,
    `mkdir -p ${folder} && cd ${folder} && for i in $(seq ${target.count}); do
       id=${target.prefix}-$i
       (ssh ${sshOptions} -i ${clientKeyPath} -p ${target.port} gateway@${target.host} '${remote}' >$id.log 2>$id.err </dev/null & echo $! >$id.pid)
       for t in $(seq 100); do [ -s $id.log ] && break; sleep 0.1; done
     done`,
    120_000,
  );
  return listSshSessions(client, target.prefix);
}

/** Every session that was opened with this prefix, in the order of opening, whether it still lives or not. */
export async function listSshSessions(client: ClientPod, prefix: string): Promise<readonly SshSession[]> {
  const report = await inClient(
    client,
    `cd ${folder} && now=$(date +%s) && for f in $(ls ${prefix}-*.log | sort -V); do
       id=\${f%.log}; pid=$(cat $id.pid); alive=no
       last=$(tail -n 1 $f); case $last in ''|*[!0-9]*) last=0;; esac
       if kill -0 $pid 2>/dev/null && [ $((now - last)) -le 3 ]; then alive=yes; fi
       echo "$id|$(head -n 1 $f)|$alive"
     done`,
  );
  return report
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', instance = '', alive = 'no'] = line.split('|');
      return { id, instance, alive: alive === 'yes' };
    });
}

/** Ends the sessions as a person would: by closing the client. */
export async function closeSshSessions(client: ClientPod, prefix: string): Promise<void> {
  await inClient(
    client,
    `cd ${folder} && for f in ${prefix}-*.pid; do kill $(cat $f) 2>/dev/null || true; done; rm -f ${prefix}-*`,
  );
}

/** Ends the sessions of this prefix that one instance serves. */
export async function closeSshSessionsOf(client: ClientPod, prefix: string, instance: string): Promise<void> {
  const sessions = (await listSshSessions(client, prefix)).filter((session) => session.instance === instance);
  for (const { id } of sessions) {
    await inClient(client, `cd ${folder} && kill $(cat ${id}.pid) 2>/dev/null || true; rm -f ${id}.*`);
  }
}

/** How many sessions each instance took. */
export function sessionsPerInstance(sessions: readonly SshSession[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { instance } of sessions) counts[instance] = (counts[instance] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)));
}
