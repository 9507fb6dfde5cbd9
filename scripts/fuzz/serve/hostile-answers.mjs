// What a server of chat completions may answer, as a seed decides: completions with fields, values and bytes changed, errors, what is no
// answer, what never ends.

import { gzipSync } from "node:zlib";
import { randomFrom } from "../random.mjs";
import { change, cut, deep } from "./mutate-body.mjs";
import { completion } from "./stub-upstream.mjs";

/** Bodies of errors, which a client gets as they are. */
export const ERROR_BODIES = ['{"error":{"message":"no","code":"theirs"}}', "<html>", "", "\0"];

const STATUSES = [201, 204, 301, 304, 400, 401, 404, 413, 422, 429, 500, 502, 503, 599, 600, 999, "042"];
/** What nobody says, or contradicts itself. */
const NO_HTTP = [
  "hello\r\n",
  "HTTP/1.1 200 OK",
  "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{}",
  "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
  `HTTP/1.1 200 OK\r\nx: ${"y".repeat(100_000)}\r\n\r\n{}`,
  "HTTP/1.1 100 Continue\r\n\r\n",
];

/**
 * What a request asks for: so many choices, made from numbers of its own, or from those of its whole case.
 * @typedef {{ choices: number, random: ReturnType<typeof randomFrom>, ofCase: ReturnType<typeof randomFrom> }} Asked
 */
/**
 * Bytes, and what follows them so many times, with a pause in front of each. Then the connection ends.
 * @typedef {{ bytes: Buffer, then?: Buffer, times?: number, pauseMs?: number }} Answer
 */

/** @type {{ weight: number, make: (asked: Asked) => Answer }[]} */
const KINDS = [
  { weight: 20, make: ({ choices }) => answer(completion(choices)) },
  { weight: 30, make: changed },
  { weight: 10, make: ({ choices, random }) => answer(cut(bytesOf(completion(choices)), random)) },
  { weight: 3, make: ({ random }) => answer(random.bytes(random.integer(300))) },
  { weight: 3, make: ({ random }) => answer(deep(random)) },
  { weight: 3, make: aroundDepth },
  { weight: 3, make: ({ choices, random }) => answer(completion(choices + random.pick([1, 10, 5000]))) },
  { weight: 5, make: unaskedStream },
  { weight: 10, make: failed },
  {
    weight: 3,
    make: ({ choices }) =>
      answer(gzipSync(bytesOf(completion(choices))), { fields: ["content-encoding: gzip"] }),
  },
  { weight: 8, make: noHttp },
  {
    weight: 1,
    make: () => ({ bytes: Buffer.alloc(0), then: Buffer.alloc(0), times: Infinity, pauseMs: 100 }),
  },
  { weight: 1, make: () => ({ bytes: headOf(), then: Buffer.from(" "), times: Infinity, pauseMs: 100 }) },
];
const WEIGHT = KINDS.reduce((sum, { weight }) => sum + weight, 0);

/** One case in so many gets more than any answer may have: it takes long. */
const LARGE_EVERY = 997;
const LARGE_MIB = 80;

/**
 * The answer to one request of a case. All of a case are of the same kind, and errors of the same status: a server that has `n` stays one.
 * @param {{ seed: number, sample: number, choices: number }} request the case's seed, and the request's place in it
 * @returns {Answer}
 */
export function hostileAnswer({ seed, sample, choices }) {
  if (seed % LARGE_EVERY === 0)
    return { bytes: headOf(), then: Buffer.alloc(2 ** 20, " "), times: LARGE_MIB };
  const ofCase = randomFrom(seed);
  let place = ofCase.integer(WEIGHT);
  const { make } = KINDS.find(({ weight }) => (place -= weight) < 0);
  return make({ choices, ofCase, random: randomFrom(seed * 4099 + sample) });
}

function changed({ choices, random }) {
  const value = completion(choices);
  for (let times = random.integer(4); times >= 0; times--) change(value, random);
  return answer(value);
}

/** A good completion with something deep in a field that is only handed on. */
function aroundDepth({ choices, random }) {
  const text = JSON.stringify({ ...completion(choices), more: "HERE" });
  return answer(Buffer.from(text.replace('"HERE"', () => String(deep(random)))));
}

/** Whole, or broken somewhere. */
function unaskedStream({ choices, random }) {
  const events = completion(choices).choices.map(
    ({ message, ...choice }) => `data: ${JSON.stringify({ choices: [{ ...choice, delta: message }] })}\n\n`,
  );
  const bytes = Buffer.from(`${events.join("")}data: [DONE]\n\n`);
  return answer(random.chance(0.5) ? bytes : cut(bytes, random), { type: "text/event-stream" });
}

function failed({ ofCase, random }) {
  return answer(Buffer.from(random.pick(ERROR_BODIES)), {
    status: ofCase.pick(STATUSES),
    type: random.pick(["application/json", "text/html", "é", "", "a".repeat(5000)]),
    fields: [`retry-after: ${random.pick(["1", "soon", "ü"])}`, "location: http://127.0.0.1:1/"],
  });
}

/** Alone, or in front of a good answer. */
function noHttp({ choices, random }) {
  const bytes = Buffer.from(random.pick(NO_HTTP));
  return { bytes: random.chance(0.4) ? bytes : Buffer.concat([bytes, answer(completion(choices)).bytes]) };
}

function answer(body, { fields = [], ...head } = {}) {
  const bytes = bytesOf(body);
  return {
    bytes: Buffer.concat([
      headOf({ ...head, fields: [...fields, `content-length: ${bytes.length}`] }),
      bytes,
    ]),
  };
}

function headOf({ status = 200, type = "application/json", fields = [] } = {}) {
  const lines = [`HTTP/1.1 ${status} X`, `content-type: ${type}`, "connection: close", ...fields];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
}

function bytesOf(body) {
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}
