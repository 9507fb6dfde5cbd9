// Sends mutants of valid bodies to every route of a server, a few at a time, with a known request among them again and again.

import { Agent, request } from "node:http";
import { mutateBody } from "./mutate-body.mjs";

/** What a server may say to a bad request; a 500 is never the answer to a body. */
const ALLOWED = new Set([200, 400, 408, 413, 415, 422, 429, 501, 503]);

/** Mutants between two known requests. */
const KNOWN_EVERY = 100;

/** Longest an answer may take. */
const ANSWER_MS = 30_000;

/**
 * @param {{ url: string, routes: { path: string, example: object }[], mutants: number, firstSeed: number, tolerance?: number, atOnce?: number }} options
 * @returns {Promise<{ counts: Record<string, number>, bad: string[], slowestMs: number }>} answers by status; what must not be
 */
export async function fuzzServer({ url, routes, mutants, firstSeed, tolerance = 0, atOnce = 8 }) {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const counts = {};
  const bad = [];
  let slowestMs = 0;
  const known = {
    bytes: Buffer.from(JSON.stringify(routes[0].example)),
    headers: { "content-type": "application/json" },
  };
  const ask = async (path, { bytes, headers }) => {
    const start = performance.now();
    const answer = await send(agent, url + path, bytes, headers);
    slowestMs = Math.max(slowestMs, performance.now() - start);
    return answer;
  };
  const expected = (await ask(routes[0].path, known)).text;
  for (const { path, example } of routes) {
    let next = firstSeed;
    const worker = async () => {
      for (let seed = next++; seed < firstSeed + mutants; seed = next++) {
        const { status, text, fault } = await ask(path, mutateBody(example, seed));
        counts[status] = (counts[status] ?? 0) + 1;
        if (!ALLOWED.has(status) || fault !== undefined || !isAnswer(text))
          bad.push(`${path} seed ${seed}: ${status} ${fault ?? text.slice(0, 200)}`);
        if (seed % KNOWN_EVERY !== 0) continue;
        const answer = await ask(routes[0].path, known);
        if (!isSame(answer.text, expected, tolerance))
          bad.push(`${path} behind seed ${seed}: the known request got ${answer.text.slice(0, 200)}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }
  agent.destroy();
  return { counts, bad, slowestMs };
}

/** JSON, or lines of it. */
function isAnswer(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return (
      text.endsWith("\n") &&
      text
        .trim()
        .split("\n")
        .every((line) => line !== text && isAnswer(line))
    );
  }
}

function send(agent, url, bytes, headers) {
  return new Promise((resolve) => {
    const sent = request(
      url,
      { method: "POST", agent, headers: { ...headers, "content-length": bytes.length } },
      (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }),
        );
        response.on("error", (error) =>
          resolve({ status: response.statusCode, text: "", fault: error.message }),
        );
      },
    );
    sent.setTimeout(ANSWER_MS, () => sent.destroy(new Error(`no answer within ${ANSWER_MS} ms`)));
    sent.on("error", (error) => resolve({ status: 0, text: "", fault: error.message }));
    sent.end(bytes);
  });
}

/** Whether two answers are the same but for what batches change of rewards. */
function isSame(text, expected, tolerance) {
  const number = /-?\d+\.\d+(?:e-?\d+)?/g;
  if (text.replace(number, "#") !== expected.replace(number, "#")) return false;
  const others = expected.match(number) ?? [];
  return (text.match(number) ?? []).every((each, index) => Math.abs(each - others[index]) <= tolerance);
}
