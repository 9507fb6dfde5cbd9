// One request of a client that may be slow, or go away.

import { request } from "node:http";

/** Longest that anything takes which nobody aborted. */
const ANSWER_MS = 120_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param {import("node:http").Agent} agent
 * @param {string} url
 * @param {{ method?: string, body?: Buffer | string, headers?: Record<string, string>, sendPieces?: number, pieceMs?: number,
 *   readMs?: number, leaveAfterMs?: number }} options `sendPieces`: the body goes out in so many, `pieceMs` apart; `readMs`: between
 *   two reads of the answer; `leaveAfterMs`: the connection is broken then
 * @returns {Promise<{ status: number, text: string, retryAfter: string | undefined, fault: string | undefined }>}
 */
export function ask(agent, url, options = {}) {
  const {
    method = "POST",
    body = "",
    headers = {},
    sendPieces = 1,
    pieceMs = 0,
    readMs = 0,
    leaveAfterMs,
  } = options;
  return new Promise((resolve) => {
    const bytes = Buffer.from(body);
    let leaving;
    const end = (status, text, fault, retryAfter) => {
      clearTimeout(leaving);
      resolve({ status, text, fault, retryAfter });
    };
    const length = method === "POST" ? { "content-length": bytes.length } : {};
    const sent = request(url, { method, agent, headers: { ...headers, ...length } }, (response) => {
      readAll(response, readMs).then(
        (text) => end(response.statusCode, text, undefined, response.headers["retry-after"]),
        (error) => end(response.statusCode, "", error.message),
      );
    });
    if (leaveAfterMs === undefined) sent.setTimeout(ANSWER_MS, () => sent.destroy(new Error("no answer")));
    else leaving = setTimeout(() => sent.destroy(new Error("left")), leaveAfterMs);
    sent.on("error", (error) => end(0, "", error.message));
    void send(sent, bytes, sendPieces, pieceMs);
  });
}

async function send(sent, bytes, pieces, pieceMs) {
  const size = Math.ceil(bytes.length / pieces);
  for (let start = size; pieces > 1 && start < bytes.length; start += size) {
    sent.write(bytes.subarray(start - size, start));
    await pause(pieceMs);
  }
  sent.end(pieces > 1 ? bytes.subarray(size * (Math.ceil(bytes.length / size) - 1)) : bytes);
}

async function readAll(response, readMs) {
  const chunks = [];
  for await (const chunk of response) {
    chunks.push(chunk);
    if (readMs > 0) await pause(readMs);
  }
  return Buffer.concat(chunks).toString();
}
