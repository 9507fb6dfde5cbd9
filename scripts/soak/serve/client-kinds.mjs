// What the clients of the mixed load do, a kind each: how often, what they send, and what they may be answered.

import { gzipSync } from "node:zlib";

const JSON_TYPE = { "content-type": "application/json" };
const LINES_TYPE = { "content-type": "application/x-ndjson" };

/** Records that a request may have. */
const SIZES = [1, 1, 1, 2, 8, 8, 64, 64, 500];

/**
 * @typedef {{ path: string, example: object }} Route
 * @typedef {ReturnType<typeof import("../../fuzz/random.mjs").randomFrom>} Random
 * @typedef {{ path: string, options: object, statuses: number[], check?: (text: string) => string | undefined, times?: number }} Request
 * `times`: so many at once; `check` says what is wrong with a 200
 */

/** @type {Record<string, { weight: number, make: (random: Random, routes: Route[]) => Request }>} */
export const CLIENT_KINDS = {
  /** A request of each format. */
  route: {
    weight: 30,
    make(random, routes) {
      const { path, example } = random.pick(routes);
      return { path, options: { headers: JSON_TYPE, body: JSON.stringify(example) }, statuses: [200] };
    },
  },
  records: {
    weight: 20,
    make(random) {
      const count = random.pick(SIZES);
      return {
        path: "/v1/score",
        options: { headers: JSON_TYPE, body: JSON.stringify(records(random, count)) },
        statuses: [200],
        check: (text) => checkRecords(JSON.parse(text), count),
      };
    },
  },
  lines: {
    weight: 5,
    make(random) {
      const count = random.integer(300) + 1;
      return {
        path: "/v1/score",
        options: {
          headers: LINES_TYPE,
          body: linesOf(records(random, count)),
          readMs: random.pick([0, 0, 20]),
        },
        statuses: [200],
        check: (text) => checkRecords(text.trim().split("\n").map(JSON.parse), count),
      };
    },
  },
  packed: {
    weight: 5,
    make(random) {
      const body = gzipSync(JSON.stringify(records(random, 8)));
      return {
        path: "/v1/score",
        options: { headers: { ...JSON_TYPE, "content-encoding": "gzip" }, body },
        statuses: [200],
        check: (text) => checkRecords(JSON.parse(text), 8),
      };
    },
  },
  chat: {
    weight: 5,
    make(random) {
      const stream = random.chance(0.5);
      const body = {
        messages: [{ role: "user", content: "What is 2 + 2?" }],
        stream,
        llama_reward: { best_of: 4 },
      };
      return {
        path: "/v1/chat/completions",
        options: { headers: JSON_TYPE, body: JSON.stringify(body) },
        statuses: [200],
        check: (text) => (text.includes('"reward":') ? undefined : `no reward in ${text.slice(0, 200)}`),
      };
    },
  },
  /** What is no request. */
  refused: {
    weight: 8,
    make: (random) =>
      random.pick([
        { path: "/v1/score", options: { headers: JSON_TYPE, body: '{"prompt":' }, statuses: [400] },
        { path: "/rerank", options: { headers: JSON_TYPE, body: '{"query":"q"}' }, statuses: [422] },
        {
          path: "/v1/score",
          options: { headers: { "content-type": "text/plain" }, body: "x" },
          statuses: [415],
        },
        { path: "/nowhere", options: { headers: JSON_TYPE, body: "{}" }, statuses: [404] },
      ]),
  },
  /** Goes away, while it sends, waits or reads. */
  leaver: {
    weight: 10,
    make(random) {
      const body = JSON.stringify(records(random, random.pick([1, 64, 500])));
      const leaveAfterMs = random.integer(150);
      return { path: "/v1/score", options: { headers: JSON_TYPE, body, leaveAfterMs }, statuses: [0, 200] };
    },
  },
  slowBody: {
    weight: 4,
    make(random) {
      const body = JSON.stringify(records(random, 8));
      return {
        path: "/v1/score",
        options: { headers: JSON_TYPE, body, sendPieces: 10, pieceMs: random.integer(150) },
        statuses: [200],
        check: (text) => checkRecords(JSON.parse(text), 8),
      };
    },
  },
  /** Takes a large answer in small pieces. */
  slowReader: {
    weight: 3,
    make(random) {
      const all = records(random, 32).map((record, index) => ({
        ...record,
        id: `${index}`.padEnd(20_000, "x"),
      }));
      return {
        path: "/v1/score",
        options: { headers: JSON_TYPE, body: JSON.stringify(all), readMs: 20 },
        statuses: [200],
        check: (text) => checkRecords(JSON.parse(text), all.length),
      };
    },
  },
  /** More at once than a small queue takes: asks for 429. */
  burst: {
    weight: 2,
    make: (random, routes) => ({ ...CLIENT_KINDS.route.make(random, routes), times: 100 }),
  },
  /** Gives its request a second. */
  hurried: {
    weight: 2,
    make(random) {
      const request = CLIENT_KINDS.records.make(random);
      const headers = { ...JSON_TYPE, prefer: "wait=1" };
      return { ...request, options: { ...request.options, headers }, statuses: [200, 504] };
    },
  },
  status: {
    weight: 6,
    make: (random) => ({
      path: random.pick(["/metrics", "/health/ready", "/info", "/version", "/v1/models", "/openapi.json"]),
      options: { method: "GET" },
      statuses: [200],
    }),
  },
};

/** Records of some lengths; prompts come again. */
function records(random, count) {
  return Array.from({ length: count }, () => ({
    prompt: `What is ${random.integer(50)} and ${random.integer(50)}?`,
    response: "It is what it is. ".repeat(random.integer(6) + 1),
  }));
}

function linesOf(values) {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

/** What is wrong with the answers of good records. */
function checkRecords(answers, count) {
  const all = [answers].flat();
  if (all.length !== count) return `${all.length} answers for ${count} records`;
  const bad = all.find(({ reward }) => !Number.isFinite(reward));
  return bad === undefined ? undefined : `no reward: ${JSON.stringify(bad).slice(0, 200)}`;
}
