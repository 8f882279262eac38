// Runs inside a pod: plain CommonJS without dependencies. Arguments: the report's path, and what to hold open as JSON (see HeldSessions).
// Opens the sessions, keeps them open until SIGTERM, then closes them as a person would. The report says of each who serves it, when it
// last heard from there, and how and when it ended.
const dgram = require('node:dgram');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');

const report = process.argv[2];
const { kind, target, count } = JSON.parse(process.argv[3]);
const sessions = Array.from({ length: count }, () => ({
  instance: '',
  open: false,
  heard: 0,
  ended: null,
  endedAt: null,
}));
const closers = [];

/** The first line from the other side is its name; all others only show that it lives. */
function hear(session, text) {
  session.open = true;
  session.heard = Date.now();
  if (session.instance === '') session.instance = String(text).trim().split('\n')[0];
}

function end(session, how) {
  session.open = false;
  if (session.ended !== null) return;
  session.ended = how;
  session.endedAt = Date.now();
}

const openers = {
  WebSocket(session) {
    const socket = new WebSocket(target);
    const ticker = setInterval(() => socket.readyState === 1 && socket.send('tick'), 500);
    socket.addEventListener('message', ({ data }) => hear(session, data));
    socket.addEventListener('close', ({ code }) => {
      clearInterval(ticker);
      end(session, `close ${code}`);
    });
    return () => socket.close(1000);
  },
  TCP(session) {
    const socket = connect(session);
    return () => socket.destroy();
  },
  /** The client has said all it had to say, and goes on listening. */
  HalfClosed(session) {
    const socket = connect(session);
    socket.once('data', () => socket.end());
    return () => socket.destroy();
  },
  /** A request whose answer is long in coming. */
  Request(session) {
    const request = http.get(target, { agent: false }, (response) => end(session, `status ${response.statusCode}`));
    request.on('error', (error) => end(session, error.code ?? error.message));
    request.on('socket', (socket) =>
      socket.on('connect', () => {
        session.open = true;
      }),
    );
    return () => request.destroy();
  },
  UDP(session) {
    const { host, port } = JSON.parse(target);
    const socket = dgram.createSocket(net.isIPv6(host.split('%')[0]) ? 'udp6' : 'udp4');
    socket.on('message', (text) => hear(session, text));
    socket.on('error', (error) => end(session, error.code ?? error.message));
    socket.connect(port, host, () => socket.send('hello'));
    return () => socket.close();
  },
};

function connect(session) {
  const { host, port } = JSON.parse(target);
  const socket = net.connect({ host, port, allowHalfOpen: true });
  socket.on('data', (data) => hear(session, data));
  socket.on('error', (error) => end(session, error.code ?? error.message));
  socket.on('close', () => end(session, 'closed'));
  return socket;
}

function tell() {
  fs.writeFileSync(`${report}.new`, JSON.stringify(sessions));
  fs.renameSync(`${report}.new`, report);
}

for (const session of sessions) closers.push(openers[kind](session));
setInterval(tell, 200);

process.on('SIGTERM', () => {
  for (const close of closers) close();
  // A WebSocket ends by a handshake; nobody waits for it longer than this.
  setTimeout(() => {
    tell();
    process.exit(0);
  }, 200);
});
