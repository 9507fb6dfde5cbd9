// Sends requests that a seed decides to every route of a server, a few at a time, with a known request among them again and again.

import { Agent, request } from "node:http";

/** Requests between two known ones. */
const KNOWN_EVERY = 100;

/** Longest an answer may take. */
const ANSWER_MS = 30_000;

/** @typedef {{ method?: string, query?: string, headers: Record<string, string>, bytes: Buffer, leaveAfterMs?: number }} FuzzRequest */
/** @typedef {{ status: number, text: string, fault?: string }} FuzzAnswer `fault`: why it broke off */
/**
 * What is sent to a path, and what is wrong with what comes back.
 * @typedef {{ path: string, make: (seed: number) => FuzzRequest, problemOf: (answer: FuzzAnswer, request: FuzzRequest) => string | undefined }} FuzzRoute
 */

/**
 * @param {{ url: string, routes: FuzzRoute[], known: { path: string, example: object }, mutants: number, firstSeed: number, tolerance?: number, atOnce?: number }} options
 * @returns {Promise<{ counts: Record<string, number>, bad: string[], slowestMs: number }>} answers by status; what must not be
 */
export async function fuzzServer({ url, routes, known, mutants, firstSeed, tolerance = 0, atOnce = 8 }) {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const counts = {};
  const bad = [];
  let slowestMs = 0;
  const ask = async (path, fuzzRequest) => {
    const start = performance.now();
    const answer = await send(agent, url + path, fuzzRequest);
    slowestMs = Math.max(slowestMs, performance.now() - start);
    return answer;
  };
  const askKnown = () =>
    ask(known.path, {
      bytes: Buffer.from(JSON.stringify(known.example)),
      headers: { "content-type": "application/json" },
    });
  const expected = (await askKnown()).text;
  for (const { path, make, problemOf } of routes) {
    let next = firstSeed;
    const worker = async () => {
      for (let seed = next++; seed < firstSeed + mutants; seed = next++) {
        const fuzzRequest = make(seed);
        const answer = await ask(path, fuzzRequest);
        counts[answer.status] = (counts[answer.status] ?? 0) + 1;
        const problem = problemOf(answer, fuzzRequest);
        if (problem !== undefined) bad.push(`${path} seed ${seed}: ${answer.status} ${problem}`);
        if (seed % KNOWN_EVERY !== 0) continue;
        const { text, fault } = await askKnown();
        if (!isSame(text, expected, tolerance))
          bad.push(`${path} behind seed ${seed}: the known request got ${fault ?? text.slice(0, 200)}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }
  agent.destroy();
  return { counts, bad, slowestMs };
}

function send(agent, url, { method = "POST", query = "", headers, bytes, leaveAfterMs }) {
  return new Promise((resolve) => {
    const options = { method, agent, headers: { ...headers, "content-length": bytes.length } };
    const sent = request(url + query, options, (response) => {
      const { statusCode: status } = response;
      const chunks = [];
      const end = (fault) => resolve({ status, text: Buffer.concat(chunks).toString(), fault });
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => end());
      response.on("error", (error) => end(error.message));
    });
    sent.setTimeout(ANSWER_MS, () => sent.destroy(new Error(`no answer within ${ANSWER_MS} ms`)));
    sent.on("error", (error) => resolve({ status: 0, text: "", fault: error.message }));
    sent.end(bytes);
    if (leaveAfterMs !== undefined) setTimeout(() => sent.destroy(new Error("left")), leaveAfterMs);
  });
}

/** Whether two answers are the same but for what batches change of rewards. */
function isSame(text, expected, tolerance) {
  const number = /-?\d+\.\d+(?:e-?\d+)?/g;
  if (text.replace(number, "#") !== expected.replace(number, "#")) return false;
  const others = expected.match(number) ?? [];
  return (text.match(number) ?? []).every((each, index) => Math.abs(each - others[index]) <= tolerance);
}
