// A server that gives the answers of hostile-answers.mjs. Which case it is, and whether OpenAI's `n` is known here, the key of the client says.

import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { hostileAnswer } from "./hostile-answers.mjs";

/** @param {number} seed @param {boolean} hasN @returns {string} the header field with which a client asks for a case */
export function caseKey(seed, hasN) {
  return `Bearer ${hasN ? "together" : "alone"}-${seed}`;
}

/** @returns {Promise<{ url: string, close: () => void, state: { asked: number, together: number } }>} requests, and those with `n` */
export async function hostileUpstream() {
  const state = { asked: 0, together: 0 };
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    let received = "";
    socket.on("data", (data) => {
      received += data.toString("latin1");
      const request = requestOf(received);
      if (request === undefined) return;
      received = "";
      state.asked++;
      if (request.n > 1) state.together++;
      const choices = request.hasN ? request.n : 1;
      void send(socket, hostileAnswer({ ...request, choices }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/v1`, close, state };
}

/** Undefined as long as it is not whole. */
function requestOf(text) {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [head, body] = [text.slice(0, end), text.slice(end + 4)];
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  if (body.length < length) return undefined;
  const [, word, seed] = /^authorization: Bearer (together|alone)-(\d+)/im.exec(head) ?? [];
  const { n = 1, seed: sample = 0 } = length === 0 ? {} : JSON.parse(body);
  return { hasN: word === "together", seed: Number(seed), n, sample };
}

async function send(socket, { bytes, then, times = 0, pauseMs = 0 }) {
  socket.write(bytes);
  for (let sent = 0; sent < times && !socket.destroyed; sent++) {
    if (pauseMs > 0) await pause(pauseMs);
    await new Promise((resolve) => socket.write(then, resolve));
  }
  socket.end();
}
