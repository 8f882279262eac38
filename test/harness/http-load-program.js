// Runs inside a pod: plain CommonJS without dependencies. Arguments: the report's path, and the load as JSON (see HttpLoad).
// Sends requests over keep-alive connections until SIGTERM, then waits for the answers that are due and reports.
const fs = require('node:fs');
const http = require('node:http');

const report = process.argv[2];
const { url, methods, connections, pauseMilliseconds } = JSON.parse(process.argv[3]);
const result = { requests: 0, failed: 0, byInstance: {}, byMethod: {}, errors: {} };
const body = 'x'.repeat(1024);
const ending = new AbortController();

process.on('SIGTERM', () => ending.abort());

function count(counts, what) {
  counts[what] = (counts[what] ?? 0) + 1;
}

function fail(method, what) {
  result.failed += 1;
  count(result.errors, `${method}: ${what}`);
}

function once(method, agent) {
  return new Promise((resolve) => {
    const failed = (error) => {
      fail(method, error.code ?? error.message);
      resolve();
    };
    const request = http.request(url, { method, agent, timeout: 10_000 }, (response) => {
      let page = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        page += chunk;
      });
      response.on('error', failed);
      response.on('end', () => {
        if (response.statusCode !== 200) fail(method, `status ${response.statusCode}`);
        else count(result.byInstance, page.trim());
        resolve();
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')));
    request.on('error', failed);
    request.end(method === 'POST' ? body : undefined);
  });
}

/** One connection: an agent of its own keeps it, as long as the other side lets it. */
async function worker(_, number) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  // Every other one takes its time, so that some connections are idle when something happens.
  const pause = number % 2 === 0 ? pauseMilliseconds.busy : pauseMilliseconds.unhurried;
  for (let turn = number; !ending.signal.aborted && result.requests < 2_000_000; turn++) {
    const method = methods[turn % methods.length];
    result.requests += 1;
    count(result.byMethod, method);
    await once(method, agent);
    if (pause > 0 && !ending.signal.aborted)
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
  }
  agent.destroy();
}

function tell() {
  fs.writeFileSync(`${report}.new`, JSON.stringify(result));
  fs.renameSync(`${report}.new`, report);
}

setInterval(tell, 500);
void Promise.all(Array.from({ length: connections }, worker)).then(() => {
  tell();
  process.exit(0);
});
