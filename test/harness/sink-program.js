// Runs inside a pod: plain CommonJS without dependencies. Serves TCP and UDP on port 9000: says its name, then gives a sign of life
// twice a second, also to a client that has closed its half of the connection.
const dgram = require('node:dgram');
const net = require('node:net');
const os = require('node:os');

const port = 9000;

net
  .createServer({ allowHalfOpen: true }, (socket) => {
    socket.write(`${os.hostname()}\n`);
    const ticker = setInterval(() => socket.write('tick\n'), 500);
    socket.on('error', () => {});
    socket.on('close', () => clearInterval(ticker));
    socket.resume();
  })
  .listen(port, '::');

const udp = dgram.createSocket('udp6');
udp.on('message', (_, from) => udp.send(os.hostname(), from.port, from.address));
udp.bind(port, '::');
