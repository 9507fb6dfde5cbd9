// The routes of a server, with what is sent to each and what may come back.

import { randomFrom } from "../random.mjs";
import { ERROR_BODIES } from "./hostile-answers.mjs";
import { caseKey } from "./hostile-upstream.mjs";
import { mutateBody } from "./mutate-body.mjs";

/** @typedef {import("./fuzz-server.mjs").FuzzRoute} FuzzRoute */

/** What a server may say to a bad request; a 500 is never the answer to one. */
const TO_BODIES = new Set([200, 400, 408, 413, 415, 422, 429, 501, 503]);
/** The same of a request that has only an address and header fields. */
const TO_QUERIES = new Set([200, 400, 403, 404]);

/** Texts in places where names are expected. */
const ODD_WORDS = [
  "",
  "stub",
  "%",
  "%00",
  "%ff",
  "é",
  "a".repeat(5000),
  "../..",
  "__proto__",
  "a=b&a=c",
  "'\"<>",
];

/** Mutants of valid bodies. @param {string} path @param {object} example @returns {FuzzRoute} */
export function bodyRoute(path, example) {
  return {
    path,
    make: (seed) => mutateBody(example, seed),
    problemOf: ({ status, text, fault }) =>
      TO_BODIES.has(status) && fault === undefined && isAnswer(text)
        ? undefined
        : (fault ?? text.slice(0, 200)),
  };
}

/** Odd queries, header fields and bodies that nobody wants. @param {string} path @returns {FuzzRoute} */
export function statusRoute(path) {
  return {
    path,
    make(seed) {
      // The first numbers of neighbouring seeds are alike: spread out (by 2^32 over the golden ratio) they are not.
      const random = randomFrom(Math.imul(seed, 0x9e3779b1));
      const word = () => random.pick(ODD_WORDS);
      const names = [
        "x-request-id",
        "origin",
        "prefer",
        "accept",
        "content-type",
        "content-encoding",
        "if-none-match",
      ];
      const headers = random.chance(0.5) ? { [random.pick(names)]: encodeURI(word()) } : {};
      const query = random.chance(0.8)
        ? `?${random.pick(["model", "", "x"])}=${word().replaceAll("é", "%C3%A9")}`
        : "";
      return {
        method: "GET",
        query,
        headers,
        bytes: random.chance(0.2) ? random.bytes(random.integer(300)) : Buffer.alloc(0),
      };
    },
    problemOf: ({ status, text, fault }) =>
      TO_QUERIES.has(status) && fault === undefined ? undefined : (fault ?? text.slice(0, 200)),
  };
}

/** How soon a client leaves who does, and how many do. */
const LEAVES_MS = 20;
const LEAVERS = 0.03;

/**
 * Good requests for what a hostile upstream answers.
 * @param {string} path @param {object | undefined} example none where nothing is posted
 * @param {boolean} hasN whether the upstream knows OpenAI's `n`
 * @returns {FuzzRoute}
 */
export function upstreamRoute(path, example, hasN) {
  return {
    path,
    make(seed) {
      const random = randomFrom(-seed);
      const [stream, leaves] = [random.chance(0.3), random.chance(LEAVERS)];
      const body = { ...example, seed: 0, stream };
      return {
        method: example === undefined ? "GET" : "POST",
        headers: { "content-type": "application/json", authorization: caseKey(seed, hasN) },
        bytes: Buffer.from(example === undefined ? "" : JSON.stringify(body)),
        ...(leaves ? { leaveAfterMs: random.integer(LEAVES_MS) } : {}),
      };
    },
    problemOf({ status, text, fault }, { leaveAfterMs, method }) {
      if (fault !== undefined) return leaveAfterMs === undefined ? fault : undefined;
      // A list of models is handed on as it is.
      if (status >= 200 && status < 300 && method === "GET") return undefined;
      if (status === 200) return isCompletion(text) ? undefined : `no completion: ${text.slice(0, 200)}`;
      if (ERROR_BODIES.includes(text))
        return status >= 400 && status < 600 ? undefined : "a status that is no error";
      return isOwnError(status, text) ? undefined : text.slice(0, 200);
    },
  };
}

/** JSON, or lines of it. */
function isAnswer(text) {
  if (parsed(text) !== undefined) return true;
  const lines = text.trim().split("\n");
  return text.endsWith("\n") && lines.every((line) => line !== text && isAnswer(line));
}

/** A chosen answer with its reward, whole or as a stream. */
function isCompletion(text) {
  const chunks = text.startsWith("data: ") ? text.trim().split("\n\n") : undefined;
  if (chunks === undefined) return isRewarded(parsed(text));
  if (chunks.pop() !== "data: [DONE]") return false;
  const values = chunks.map((chunk) => parsed(chunk.slice("data: ".length)));
  return values.every((value) => Array.isArray(value?.choices)) && isRewarded(values.at(-1));
}

function isRewarded(answer) {
  return Array.isArray(answer?.choices) && Number.isFinite(answer.llama_reward?.reward);
}

/** What is said of the upstream, or of a conversation that cannot be scored. */
function isOwnError(status, text) {
  const code = parsed(text)?.error?.code ?? "";
  if (code.startsWith("UPSTREAM_")) return status === 502 || status === 504;
  return status === 422 && /^(?:CONVERSATION|TEMPLATE)_/.test(code);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
