// Runs inside the client pod, by `node -`: plain CommonJS without dependencies. Arguments: URL, seconds, connections.
// Sends GETs over keep-alive connections, each as fast as it is answered, and prints one line of JSON at the end.
const http = require('node:http');

const [url, seconds, connections] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
const end = Date.now() + seconds * 1000;
const result = { requests: 0, failed: 0, byInstance: {}, errors: {} };

function fail(what) {
  result.failed += 1;
  result.errors[what] = (result.errors[what] ?? 0) + 1;
}

function once() {
  return new Promise((resolve) => {
    const request = http.get(url, { agent, timeout: 10_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('error', (error) => {
        fail(error.code ?? error.message);
        resolve();
      });
      response.on('end', () => {
        if (response.statusCode !== 200) fail(`status ${response.statusCode}`);
        else result.byInstance[body.trim()] = (result.byInstance[body.trim()] ?? 0) + 1;
        resolve();
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 10 s')));
    request.on('error', (error) => {
      fail(error.code ?? error.message);
      resolve();
    });
  });
}

async function worker() {
  while (Date.now() < end && result.requests < 2_000_000) {
    result.requests += 1;
    await once();
  }
}

void Promise.all(Array.from({ length: connections }, worker)).then(() => {
  console.log(JSON.stringify(result));
  process.exit(0);
});
