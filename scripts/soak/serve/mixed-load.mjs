// Clients of every kind at once, for as long as is wanted.

import { Agent } from "node:http";
import { randomFrom } from "../../fuzz/random.mjs";
import { CLIENT_KINDS } from "./client-kinds.mjs";
import { ask } from "./http-client.mjs";

/** Requests between two with a reward that is known. */
const KNOWN_EVERY = 50;
const KNOWN = JSON.stringify({ prompt: "What is 2 + 2?", response: "It is 4." });

/** @typedef {{ requests: Record<string, Record<string, number>>, bad: string[] }} MixedLoad answers by kind of client and status */

/**
 * @param {{ url: string, routes: { path: string, example: object }[], seconds: number, clients: number, seed?: number, tolerance: number }} options
 * @returns {Promise<MixedLoad>}
 */
export async function mixedLoad({ url, routes, seconds, clients, seed = 1, tolerance }) {
  const agent = new Agent({ keepAlive: true });
  const load = { requests: {}, bad: [] };
  const count = (kind, status) => {
    const own = (load.requests[kind] ??= {});
    own[status] = (own[status] ?? 0) + 1;
  };
  const send = async (kind, { path, options, statuses, check }) => {
    const answer = await ask(agent, url + path, options);
    count(kind, answer.status);
    const problem = problemOf(answer, statuses, check);
    if (problem !== undefined) load.bad.push(`${kind} ${path}: ${problem}`);
    return answer;
  };
  const known = {
    path: "/v1/score",
    options: { headers: { "content-type": "application/json" }, body: KNOWN },
    statuses: [200],
  };
  const { reward } = JSON.parse((await send("known", known)).text);
  const end = performance.now() + seconds * 1000;
  const client = async (index) => {
    const random = randomFrom(seed * 1000 + index);
    for (let done = 1; performance.now() < end; done++) {
      const kind = pickKind(random);
      const { times = 1, ...request } = CLIENT_KINDS[kind].make(random, routes);
      await Promise.all(Array.from({ length: times }, () => send(kind, request)));
      if (done % KNOWN_EVERY !== 0) continue;
      const { status, text } = await send("known", known);
      const difference = status === 200 ? Math.abs(JSON.parse(text).reward - reward) : 0;
      if (!(difference <= tolerance)) load.bad.push(`known: the reward is off by ${difference}`);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  agent.destroy();
  return load;
}

const WEIGHT = Object.values(CLIENT_KINDS).reduce((sum, { weight }) => sum + weight, 0);

function pickKind(random) {
  let place = random.integer(WEIGHT);
  for (const [kind, { weight }] of Object.entries(CLIENT_KINDS)) {
    if (place < weight) return kind;
    place -= weight;
  }
  throw new Error("unreachable");
}

function problemOf({ status, text, retryAfter, fault }, statuses, check) {
  if (status === 429) return Number(retryAfter) >= 1 ? undefined : "429 without Retry-After";
  if (!statuses.includes(status)) return `${status} ${fault ?? text.slice(0, 200)}`;
  if (status !== 200) return undefined;
  return statuses.includes(0) ? undefined : (fault ?? check?.(text));
}
