/**
 * Compares the built template engine with Jinja2, which has rendered the JSON lines on standard input (reference.py).
 * Prints every difference, then how many templates came out the same, were refused by both, by this engine only, and
 * otherwise. Status 1 for any difference: a text that Jinja2 does not give.
 *
 *   python generate.py 1 5000 | python reference.py | node compare.mjs [--refused | --agreed]
 *
 * `--refused` lists, too, what this engine alone refuses, and why. `--agreed` passes on the lines that both render or both
 * refuse, for fixtures.py.
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { PythonFunction } from "../../../dist/score/jinja/callables.js";
import { JinjaTemplate } from "../../../dist/score/jinja/jinja-template.js";
import { pythonStr } from "../../../dist/score/jinja/repr.js";
import { parseDate, strftime } from "../../../dist/score/template/strftime.js";
import { parseExactJson } from "../../../dist/formats/json/exact-json.js";

const showsRefused = process.argv.includes("--refused");
const passesAgreed = process.argv.includes("--agreed");
const counts = { same: 0, refusedByBoth: 0, refusedHere: 0, different: 0, slowest: 0 };
const functions = {
  strftime_now: new PythonFunction("strftime_now", ({ positional: [format] }) => {
    const text = strftime(parseDate("2024-07-26"), pythonStr(format));
    if (text === undefined) throw new Error("an unknown format");
    return text;
  }),
  raise_exception: new PythonFunction("raise_exception", ({ positional: [message] }) => {
    throw new Error(pythonStr(message));
  }),
};

function render(template, context) {
  try {
    return { text: JinjaTemplate.compile(template).render({ ...functions, ...context }) };
  } catch (error) {
    return { error };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const expected = parseExactJson(line);
  const start = performance.now();
  const { text, error } = render(expected.template, Object.fromEntries(entriesOf(expected.context)));
  counts.slowest = Math.max(counts.slowest, performance.now() - start);
  if (error !== undefined) {
    if (expected.error !== undefined) {
      counts.refusedByBoth++;
      if (passesAgreed) console.log(line);
    } else {
      counts.refusedHere++;
      if (showsRefused)
        console.log(
          "refused",
          JSON.stringify(expected.template),
          String(error),
          JSON.stringify(expected.text),
        );
    }
    if (/^(?:Type|Reference)Error$/.test(error.name))
      console.log("BUG", JSON.stringify(expected.template), error.stack);
  } else if (text === expected.text) {
    counts.same++;
    if (passesAgreed) console.log(line);
  } else {
    counts.different++;
    console.log(
      "DIFFERENT",
      JSON.stringify(expected.template),
      "\n  here  ",
      JSON.stringify(text),
      "\n  jinja2",
      JSON.stringify(expected.text ?? `${expected.error}: ${expected.message}`),
    );
  }
}
console.error(JSON.stringify(counts));
process.exitCode = counts.different > 0 ? 1 : 0;

function entriesOf(object) {
  return object instanceof Map ? object : Object.entries(object);
}
