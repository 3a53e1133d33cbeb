// The program in the sandbox, for Node.js; the frames are those of mux.py. Its argument is the port.
"use strict";
const net = require("net");
const HELLO = 1, OPEN = 2, DATA = 3, END = 4, RESET = 5, CREDIT = 6, PING = 7;
const WINDOW = 256 * 1024, PIECE = 32 * 1024 - 9, SILENCE = 90000;
const port = Number(process.argv[1]);
const connections = new Map();
let pending = Buffer.alloc(0), heard = Date.now();

function send(kind, ident, data) {
  const body = data || Buffer.alloc(0), head = Buffer.alloc(9);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(ident, 1);
  head.writeUInt32BE(body.length, 5);
  process.stdout.write(Buffer.concat([head, body]));
}

function open(ident, host) {
  const socket = net.connect({ host, port, allowHalfOpen: true });
  const connection = { socket, credit: WINDOW, up: false };
  connections.set(ident, connection);
  socket.setNoDelay(true);
  socket.setTimeout(5000, () => { if (!connection.up) socket.destroy(new Error("no answer in time")); });
  socket.on("connect", () => { connection.up = true; socket.setTimeout(0); send(OPEN, ident); });
  socket.on("data", (data) => {
    for (let at = 0; at < data.length; at += PIECE) send(DATA, ident, data.subarray(at, at + PIECE));
    connection.credit -= data.length;
    if (connection.credit <= 0) socket.pause();
  });
  socket.on("end", () => send(END, ident));
  socket.on("error", (error) => {
    if (!connection.up && host === "127.0.0.1") { connections.delete(ident); open(ident, "::1"); return; }
    const refused = error.code === "ECONNREFUSED" || error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT";
    send(RESET, ident, Buffer.from(!connection.up && refused ? "Connection refused" : error.message));
  });
  socket.on("close", () => { if (connections.get(ident) === connection) connections.delete(ident); });
}

function take(kind, ident, data) {
  const connection = connections.get(ident);
  if (kind === PING) send(PING, ident, data);
  else if (kind === OPEN) open(ident, "127.0.0.1");
  else if (!connection) return;
  else if (kind === DATA) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(data.length, 0);
    connection.socket.write(data, (error) => { if (!error) send(CREDIT, ident, count); });
  } else if (kind === END) connection.socket.end();
  else if (kind === CREDIT) {
    connection.credit += data.readUInt32BE(0);
    if (connection.credit > 0) connection.socket.resume();
  } else if (kind === RESET) connection.socket.destroy();
}

process.stdin.on("data", (data) => {
  heard = Date.now();
  pending = pending.length ? Buffer.concat([pending, data]) : data;
  while (pending.length >= 9) {
    const length = pending.readUInt32BE(5);
    if (pending.length < 9 + length) break;
    take(pending.readUInt8(0), pending.readUInt32BE(1), pending.subarray(9, 9 + length));
    pending = pending.subarray(9 + length);
  }
});
process.stdin.on("end", () => process.exit(0));
process.stdout.on("error", () => process.exit(0));
setInterval(() => { if (Date.now() - heard > SILENCE) process.exit(0); }, 10000);
send(HELLO, 0, Buffer.from("k8s-sandbox-tui forward 1"));
