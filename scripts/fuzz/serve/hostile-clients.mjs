// Clients that send or take too slowly, too much or nothing at all. They stay until they are told to go.

import { connect } from "node:net";

const HEAD = "POST /v1/score HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

/** What each kind of client does with its socket. */
const KINDS = {
  /** Begins a head and never ends it. */
  head: (socket) => socket.write("POST /v1/score HTTP/1.1\r\nhost: local"),
  /** Begins a body and never ends it. */
  body: (socket) => socket.write(`${HEAD}content-length: 1000\r\n\r\n{"prompt":`),
  /** A byte a second. */
  drip(socket) {
    socket.write(`${HEAD}content-length: 100000\r\n\r\n`);
    return setInterval(() => socket.write(" "), 1000);
  },
  /** More than a body may have, announced as less. */
  large(socket) {
    socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
    const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
    return setInterval(() => socket.write(chunk), 10);
  },
  /** Asks for an answer that no system holds for it, since it repeats the ids, and takes nothing of it. */
  reader(socket) {
    socket.pause();
    const records = Array.from({ length: 12 }, (_, index) => ({
      id: `${index}`.padEnd(2 ** 20, "x"),
      prompt: "q",
      response: "r",
    }));
    const body = JSON.stringify(records);
    socket.write(`${HEAD}content-length: ${body.length}\r\n\r\n${body}`);
  },
  /** Lines of records without an end, whose answers nobody takes. */
  lines(socket) {
    socket.pause();
    const head = HEAD.replace("application/json", "application/x-ndjson");
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
    const line = `${JSON.stringify({ prompt: "q", response: "r" })}\n`;
    return setInterval(() => {
      if (socket.writableLength < 1e6) socket.write(`${line.length.toString(16)}\r\n${line}\r\n`);
    }, 50);
  },
};

/** @param {number} port @param {number} each how many of every kind @returns {() => void} sends them away */
export function hostileClients(port, each) {
  const ends = [];
  for (const start of Object.values(KINDS)) {
    for (let index = 0; index < each; index++) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.on("connect", () => {
        const timer = start(socket);
        const stop = () => {
          if (typeof timer === "object") clearInterval(timer);
        };
        socket.on("close", stop);
        ends.push(() => {
          stop();
          socket.destroy();
        });
      });
    }
  }
  return () => {
    for (const end of ends) end();
  };
}
