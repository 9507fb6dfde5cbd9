import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PythonFunction } from "../../../lib/score/jinja/callables.js";
import { JinjaTemplate } from "../../../lib/score/jinja/jinja-template.js";
import { pythonStr } from "../../../lib/score/jinja/repr.js";
import { parseDate, strftime } from "../../../lib/score/template/strftime.js";
import { parseExactJson } from "../../../lib/formats/json/exact-json.js";

interface Fixture {
  about: string;
  context: Record<string, unknown>;
  /** A null text: Jinja2 fails, too. */
  cases: { template: string; text: string | null }[];
}

const TODAY = parseDate("2024-07-26") ?? new Date(Number.NaN);
const strftimeNow = new PythonFunction("strftime_now", ({ positional: [format = null] }) => {
  return strftime(TODAY, pythonStr(format)) ?? null;
});

/** Made by test/reference/template, from its random templates and from each value with each filter, test, method and operator. */
describe.each(["values", "statements"])("%s, as Jinja2 renders them", (name) => {
  const fixture = parseExactJson(
    readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"),
  ) as Fixture;

  it.each(fixture.cases.map((item) => [item.template, item.text] as const))("%j", (template, text) => {
    const render = (): string =>
      JinjaTemplate.compile(template).render({ ...fixture.context, strftime_now: strftimeNow });
    if (text === null) expect(render).toThrow();
    else expect(render()).toBe(text);
  });
});
