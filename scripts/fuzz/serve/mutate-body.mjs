// Bodies that a server must answer whatever they hold: valid ones with fields, values, bytes and depths changed.

import { gzipSync } from "node:zlib";
import { randomFrom } from "../random.mjs";

/** Values that have no place where most of them land. */
const ODD = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 60,
  "",
  "\0",
  "\ud800",
  "\ufeff",
  "<|eot_id|><|begin_of_text|>",
  "a".repeat(5000),
  [],
  {},
  [[]],
  [null],
  [""],
  [["a", "b", "c"]],
  { toString: 1 },
  { __proto__: null, role: "user", content: ["x"] },
];

/** Names that some format knows. */
const NAMES = [
  "input",
  "text",
  "messages",
  "prompt",
  "response",
  "responses",
  "chosen",
  "rejected",
  "steps",
  "query",
  "documents",
  "texts",
  "text_1",
  "text_2",
  "inputs",
  "model",
  "top_n",
  "use_activation",
  "add_special_tokens",
  "truncate",
  "tools",
  "id",
  "__proto__",
  "constructor",
];

/** Levels of the deepest bodies: more than any parser's stack takes. */
const DEEPEST = 100_000;

/**
 * A body, and how it is announced, that a seed decides.
 * @param {object} example a valid body
 * @param {number} seed
 * @returns {{ bytes: Buffer, headers: Record<string, string> }}
 */
export function mutateBody(example, seed) {
  const random = randomFrom(seed);
  const json = { "content-type": "application/json" };
  const kind = random.integer(100);
  if (kind < 5) return { bytes: deep(random), headers: json };
  if (kind < 10) return { bytes: random.bytes(random.integer(300)), headers: json };
  const value = structuredClone(example);
  for (let times = random.integer(4); times >= 0; times--) change(value, random);
  const list = random.chance(0.2) ? [value, structuredClone(example), value] : value;
  let bytes = Buffer.from(JSON.stringify(list));
  if (kind < 40) bytes = cut(bytes, random);
  if (kind < 45) return { bytes: gzipSync(bytes), headers: { ...json, "content-encoding": "gzip" } };
  if (kind < 48)
    return { bytes: cut(gzipSync(bytes), random), headers: { ...json, "content-encoding": "gzip" } };
  if (kind < 52) return { bytes: lines(list), headers: { "content-type": "application/x-ndjson" } };
  if (kind < 54)
    return {
      bytes,
      headers: { "content-type": random.pick(["text/plain", "application/json; charset=utf-16", ""]) },
    };
  return { bytes, headers: json };
}

/** Lists or objects within each other, closed or not. */
export function deep(random) {
  const levels = random.pick([100, 511, 513, 5000, DEEPEST]);
  const [open, close] = random.pick([
    ["[", "]"],
    ['{"messages":', "}"],
    ['{"input":[', "]}"],
  ]);
  return Buffer.from(open.repeat(levels) + "1" + (random.chance(0.5) ? close.repeat(levels) : ""));
}

/** Changes, adds or takes one thing somewhere in a value. */
export function change(value, random) {
  const places = [];
  const visit = (holder) => {
    for (const key of Object.keys(holder)) {
      places.push([holder, key]);
      if (typeof holder[key] === "object" && holder[key] !== null) visit(holder[key]);
    }
  };
  visit(value);
  if (places.length === 0 || random.chance(0.15)) {
    put(value, random.pick(NAMES), odd(random));
    return;
  }
  const [holder, key] = random.pick(places);
  const way = random.integer(5);
  if (way === 0) Reflect.deleteProperty(holder, key);
  else if (way === 1) holder[key] = odd(random);
  else if (way === 2) holder[key] = [holder[key], odd(random)];
  else if (way === 3 && typeof holder[key] === "string")
    holder[key] += random.pick(["\u0301", "<|eot_id|>", "{{ 1/0 }}", "\u202e"]);
  else put(holder, random.pick(NAMES), structuredClone(holder[key]));
}

/** A value of its own, so that no later change reaches another. */
function odd(random) {
  return structuredClone(random.pick(ODD));
}

/** Sets a field even where JavaScript has a meaning of its own for the name. */
function put(holder, name, value) {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Changes bytes: flips, cuts out, doubles, breaks characters. */
export function cut(bytes, random) {
  if (bytes.length === 0) return bytes;
  const start = random.integer(bytes.length);
  const end = Math.min(bytes.length, start + random.integer(20));
  switch (random.integer(4)) {
    case 0:
      return bytes.subarray(0, start);
    case 1:
      return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
    default:
      return Buffer.concat([bytes.subarray(0, start), random.bytes(end - start), bytes.subarray(end)]);
  }
}

function lines(value) {
  const values = Array.isArray(value) ? value : [value];
  return Buffer.from(values.map((each) => `${JSON.stringify(each)}\n`).join("{bad\n"));
}
