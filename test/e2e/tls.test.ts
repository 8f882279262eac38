import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import {
  createAuthority,
  type CertificateAuthority,
  type CertificateFiles,
} from '../cluster/certificates/authority.ts';
import { inClient, nodeInClient } from '../harness/client-pod.ts';
import { eventually } from '../harness/eventually.ts';
import { notesOf } from '../harness/events.ts';
import { images } from '../harness/images.ts';
import { applyYaml, kubectl } from '../harness/kubectl.ts';
import { configSecretManifest } from '../harness/manifests.ts';
import { podsOfPool } from '../harness/pods.ts';
import { conditionOf, isReady, patchPool, waitForPool } from '../harness/pools.ts';
import { type Environment, prepareEnvironment, runPool, runWebPool, setUpMilliseconds } from './environment.ts';

let environment: Environment;
let directory: string;
let authority: CertificateAuthority;

/** Where the client has its files. */
const folder = '/tmp/tls';
const curl = `curl -sS --max-time 10 --cacert ${folder}/ca.crt`;
const asClient = `--cert ${folder}/client.crt --key ${folder}/client.key`;

const pool = stringify({
  apiVersion: 'pam.gatewaypool.io/v1alpha1',
  kind: 'GatewayPool',
  metadata: { name: 'web' },
  spec: {
    maxInstances: 2,
    image: images.web,
    config: { secretName: 'web-config', as: { env: 'GATEWAY_CONFIG' } },
    listeners: [
      {
        name: 'https',
        port: 443,
        targetPort: 8080,
        protocol: 'HTTP',
        tls: { secretName: 'web-tls', clientCASecretName: 'web-clients' },
      },
    ],
  },
});

beforeAll(async () => {
  environment = await prepareEnvironment('tls');
  directory = await mkdtemp(join(tmpdir(), 'gatewaypool-e2e-tls-'));
  authority = await createAuthority(directory);
  const client = await authority.issue({ name: 'client', user: 'person' });
  for (const [name, file] of [
    ['ca.crt', authority.caFile],
    ['client.crt', client.certificateFile],
    ['client.key', client.keyFile],
  ] as const) {
    const text = (await readFile(file)).toString('base64');
    await inClient(environment.client, `mkdir -p ${folder} && echo ${text} | base64 -d > ${folder}/${name}`);
  }
}, setUpMilliseconds);

afterAll(async () => {
  await environment.dispose();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

const issueServer = (name: string): Promise<CertificateFiles> =>
  authority.issue({ name, user: name, subjectAlternativeNames: ['DNS:web', `DNS:web.${environment.namespace}.svc`] });

async function applySecret(name: string, files: Readonly<Record<string, string>>): Promise<void> {
  const data: Record<string, string> = {};
  for (const [key, file] of Object.entries(files)) data[key] = (await readFile(file)).toString('base64');
  const metadata = { name, labels: { 'pam.gatewaypool.io/config': 'true' } };
  const applied = await applyYaml(
    environment.namespace,
    stringify({ apiVersion: 'v1', kind: 'Secret', metadata, data }),
  );
  if (applied.code !== 0) throw new Error(applied.stderr);
}

const applyPair = ({ certificateFile, keyFile }: CertificateFiles): Promise<void> =>
  applySecret('web-tls', { 'tls.crt': certificateFile, 'tls.key': keyFile });

/** Restarts of the sidecars of a pool's pods, one number each. */
function sidecarRestarts(name: string): Promise<string> {
  const where = ['-n', environment.namespace, '-l', `pam.gatewaypool.io/pool=${name}`];
  const path = '{.items[*].status.initContainerStatuses[*].restartCount}';
  return kubectl(['get', 'pods', ...where, '-o', `jsonpath=${path}`]);
}

/** The subject of the certificate that the sidecar of a pod shows. */
async function subjectShownBy(address: string): Promise<string> {
  const program = `
    const [tls, fs] = [require('node:tls'), require('node:fs')];
    const read = (name) => fs.readFileSync('${folder}/' + name);
    const socket = tls.connect({
      host: process.argv[2], port: 15100, servername: 'web', ca: read('ca.crt'), cert: read('client.crt'), key: read('client.key'),
    }, () => { console.log(socket.getPeerCertificate().subject.CN); socket.destroy(); });
    socket.setTimeout(5000, () => { console.error('no answer'); process.exit(1); });`;
  return (await nodeInClient(environment.client, program, [address], 20_000)).trim();
}

describe('a pool whose listener has TLS', () => {
  it('starts nothing before the Secrets are there, says which is missing, and then goes on by itself', async () => {
    const { namespace } = environment;
    await applyYaml(namespace, `${configSecretManifest('web-config', 'target none 22')}---\n${pool}`);

    const held = await waitForPool(namespace, 'web', 'no Secret', 30, (seen) => {
      return conditionOf(seen, 'TLSValid')?.reason === 'SecretNotFound';
    });
    const pods = await podsOfPool(namespace, 'web');
    await applySecret('web-clients', { 'ca.crt': authority.caFile });
    await applyPair(await issueServer('first'));
    await waitForPool(namespace, 'web', 'Ready', 60, isReady);

    expect(conditionOf(held, 'TLSValid')?.message).toContain(
      'spec.listeners[0].tls.secretName: Secret "web-tls" does not exist',
    );
    expect(pods).toEqual([]);
    expect(await notesOf(namespace, 'SecretNotFound')).toHaveLength(1);
  }, 120_000);

  it('answers whoever checks its certificate and shows one, through the Service', async () => {
    const answers = await inClient(
      environment.client,
      `for i in 1 2 3 4; do ${curl} ${asClient} -w ' %{http_code}\\n' https://web/; done`,
    );

    expect(answers.match(/ 200$/gmu)).toHaveLength(4);
    expect(new Set(answers.match(/web-\d/gu)).size).toBe(2);
  }, 60_000);

  it.each([
    { name: 'without a certificate of its own', options: '', says: 'alert certificate required' },
    {
      name: 'that speaks TLS 1.1',
      options: `${asClient} --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0`,
      says: 'alert protocol version',
    },
    {
      name: 'that speaks HTTP without TLS',
      options: '--http1.1',
      url: 'http://web:443/',
      says: 'Empty reply from server',
    },
  ])(
    'refuses a client $name',
    async ({ options, says, url = 'https://web/' }) => {
      const answer = await inClient(environment.client, `${curl} ${options} ${url} 2>&1 || true`);

      expect(answer).toContain(says);
    },
    60_000,
  );

  it('shows a renewed certificate without a restart, and keeps the connections that are open', async () => {
    const { client, namespace } = environment;
    const before = await podsOfPool(namespace, 'web');
    const shownBefore = await Promise.all(before.map(({ address }) => subjectShownBy(address)));
    const open = nodeInClient(client, requestBeforeAndAfter, [], 120_000);

    const started = Date.now();
    await applyPair(await issueServer('second'));
    // A kubelet looks after the volumes of a pod about once a minute, and whenever the pod changes.
    await kubectl(['annotate', 'pods', '-n', namespace, '-l', 'pam.gatewaypool.io/pool=web', 'renewed=now']);
    await eventually('both sidecars show the renewed certificate', 90, async () => {
      const shown = await Promise.all(before.map(({ address }) => subjectShownBy(address)));
      return shown.every((subject) => subject === 'second');
    });
    process.stderr.write(`a renewed certificate was shown after ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
    await inClient(client, `touch ${folder}/renewed`);
    const statuses = await open;

    expect(shownBefore).toEqual(['first', 'first']);
    expect(statuses.trim()).toBe('200 200');
    const after = await podsOfPool(namespace, 'web');
    expect(after.map(({ uid }) => uid)).toEqual(before.map(({ uid }) => uid));
    expect(await sidecarRestarts('web')).toBe('0 0');
  }, 180_000);
});

describe('a pool whose gateways have TLS', () => {
  const targetTLS = { caSecretName: 'gateway-ca', serverName: 'gateway.internal', clientSecretName: 'sidecar-tls' };
  const listener = { name: 'http', port: 80, targetPort: 8443, protocol: 'HTTP' };

  it('is served by sidecars that check the gateways, and show a certificate themselves', async () => {
    const { client, namespace } = environment;
    const names = { user: 'gateway', subjectAlternativeNames: ['DNS:gateway.internal'] };
    const gateway = await authority.issue({ name: 'gateway', ...names });
    const sidecar = await authority.issue({ name: 'sidecar', user: 'sidecar of the pool' });
    await applySecret('gateway-tls', {
      'tls.crt': gateway.certificateFile,
      'tls.key': gateway.keyFile,
      'ca.crt': authority.caFile,
    });
    await applySecret('sidecar-tls', { 'tls.crt': sidecar.certificateFile, 'tls.key': sidecar.keyFile });
    await applySecret('gateway-ca', { 'ca.crt': authority.caFile });
    await runPool(environment, 'inside', securePool({ ...listener, targetTLS }));
    const ask = (): Promise<string> => inClient(client, `curl -sS --max-time 10 -w ' %{http_code}' http://inside/`);

    const known = await ask();
    await patchPool(namespace, 'inside', {
      listeners: [{ ...listener, targetTLS: { ...targetTLS, serverName: 'x' } }],
    });
    const refused = await eventually('nobody is who they should be', 20, async () => {
      const answer = await ask();
      return /50[23]$/u.test(answer) && answer;
    });

    expect(known).toBe('sidecar of the pool came to inside-0 200');
    expect(refused).not.toContain('came to');
  }, 120_000);
});

/** A gateway that serves HTTPS to whoever shows a certificate of its CA: the product's own image has Node.js. */
const securePool = (listener: object): string =>
  stringify({
    apiVersion: 'pam.gatewaypool.io/v1alpha1',
    kind: 'GatewayPool',
    metadata: { name: 'inside' },
    spec: {
      maxInstances: 1,
      image: images.product,
      config: { secretName: 'web-config', as: { env: 'GATEWAY_CONFIG' } },
      listeners: [listener],
      template: {
        spec: {
          containers: [
            {
              name: 'gateway',
              command: ['node', '--eval', secureGateway],
              volumeMounts: [{ name: 'certificates', mountPath: '/tls', readOnly: true }],
            },
          ],
          volumes: [{ name: 'certificates', secret: { secretName: 'gateway-tls' } }],
        },
      },
    },
  });

const secureGateway = `
  const [https, fs, os] = [require('node:https'), require('node:fs'), require('node:os')];
  const read = (name) => fs.readFileSync('/tls/' + name);
  const options = { cert: read('tls.crt'), key: read('tls.key'), ca: read('ca.crt'), requestCert: true };
  https.createServer(options, (request, response) => {
    response.end(request.socket.getPeerCertificate().subject.CN + ' came to ' + os.hostname());
  }).listen(8443);
  process.on('SIGTERM', () => process.exit(0));`;

describe('TLS that is added to a listener in use', () => {
  const listener = { name: 'http', port: 80, targetPort: 8080, protocol: 'HTTP' };
  const status = (scheme: string, address: string): Promise<string> =>
    inClient(
      environment.client,
      `${curl} ${asClient} --resolve web:15100:${address} -o /dev/null -w '%{http_code}' ${scheme}://web:15100/ || true`,
    );

  it('leaves an instance Ready and serving as before, also after a restart of its sidecar, until it is replaced', async () => {
    const { namespace } = environment;
    await runWebPool(environment, 'plain', 1, { rollout: { policy: 'OnDelete' } });
    const [old] = await podsOfPool(namespace, 'plain');
    const address = old?.address ?? '';

    await patchPool(namespace, 'plain', { listeners: [{ ...listener, tls: { secretName: 'web-tls' } }] });
    await waitForPool(namespace, 'plain', 'an outdated instance', 30, (seen) => seen.status.updatedInstances === 0);
    const log = (): Promise<string> => kubectl(['logs', old?.name ?? '', '-n', namespace, '-c', 'balancer']);
    await eventually('the sidecar took the settings', 20, async () => (await log()).includes('"asBefore":["http"]'));
    const meanwhile = await status('http', address);
    await kubectl(['exec', old?.name ?? '', '-n', namespace, '-c', 'balancer', '--', ...killItself]);
    await eventually('the sidecar was restarted', 60, async () => (await sidecarRestarts('plain')) === '1');
    await eventually('the sidecar is back', 60, async () => (await status('http', address)) === '200');
    const ready = await waitForPool(namespace, 'plain', 'Ready', 60, isReady);
    await kubectl(['annotate', 'deployment', 'plain-0', '-n', namespace, 'pam.gatewaypool.io/stop=true']);
    const fresh = await eventually('another pod', 60, async () => {
      const pods = await podsOfPool(namespace, 'plain');
      return pods.find(({ uid, gatewayRuns }) => uid !== old?.uid && gatewayRuns);
    });
    await eventually('TLS', 30, async () => (await status('https', fresh.address)) === '200');

    expect(meanwhile).toBe('200');
    expect(ready.status.updatedInstances).toBe(0);
  }, 180_000);
});

/** Ends the sidecar's process. The pods of web gateways share their processes, so it is not the first one, which could not be killed. */
const killItself = [
  'node',
  '--eval',
  `const fs = require('node:fs');
  for (const pid of fs.readdirSync('/proc').map(Number).filter((number) => number > 0 && number !== process.pid)) {
    try {
      if (fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8').includes('balancer.cjs')) process.kill(pid, 'SIGKILL');
    } catch {}
  }`,
];

/** One request, and another on the same connection once the certificate was renewed. */
const requestBeforeAndAfter = `
  const [https, fs] = [require('node:https'), require('node:fs')];
  const read = (name) => fs.readFileSync('${folder}/' + name);
  const agent = new https.Agent({
    keepAlive: true, maxSockets: 1, ca: read('ca.crt'), cert: read('client.crt'), key: read('client.key'),
  });
  let socket;
  const ask = () => new Promise((resolve, reject) => {
    const request = https.get('https://web/', { agent }, (response) => {
      const isSame = socket === undefined || socket === request.socket;
      socket = request.socket;
      response.resume().on('end', () => resolve(isSame ? response.statusCode : 'another connection'));
    }).on('error', reject);
  });
  const renewed = async () => {
    for (let round = 0; round < 1000 && !fs.existsSync('${folder}/renewed'); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  (async () => {
    const first = await ask();
    await renewed();
    console.log(first, await ask());
    process.exit(0);
  })();`;
