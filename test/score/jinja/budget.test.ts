import { describe, expect, it } from "vitest";
import { BudgetError } from "../../../lib/score/jinja/budget.js";
import { JinjaTemplate } from "../../../lib/score/jinja/jinja-template.js";

const render = (source: string, variables = {}): string => JinjaTemplate.compile(source).render(variables);
/** Far above what any of these takes, and far below the hours that they would take without a budget. */
const MS = 20_000;

describe("work without an end", () => {
  it.each([
    ["loops", "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}"],
    [
      "a text that doubles",
      "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
    ],
    [
      "a list that doubles",
      "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
    ],
    [
      "a value of shared parts, printed",
      "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
    ],
    [
      "shared parts, compared",
      "{% set ns = namespace(s=[1], t=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.s == ns.t }}",
    ],
    [
      "macros that call themselves twice",
      "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    ],
    ["padding", "{{ 'x' | center(10 ** 10) }}"],
    ["a width", "{{ '%1000000000d' % 1 }}"],
    ["a batch that is filled up", "{{ [1] | batch(10 ** 9, 0) | list | length }}"],
    [
      "searching a long text again and again",
      "{% for i in range(100000) %}{% set y = 'yy' in s %}{% endfor %}",
    ],
  ])(
    "%s",
    (_, source) => {
      expect(() => render(source, { s: "x".repeat(1 << 12) })).toThrow(BudgetError);
    },
    MS,
  );

  it("has an end for loops of Jinja2's longest range", () => {
    expect(() => render("{% for i in range(100001) %}{% endfor %}")).toThrow(/longer than 100000/);
    expect(render("{% for i in range(100000) %}{% if loop.last %}{{ i }}{% endif %}{% endfor %}")).toBe(
      "99999",
    );
  });

  it("grows with what is rendered: a long conversation that is looked at many times", () => {
    const messages = Array.from({ length: 2000 }, () => ({ role: "user", content: "word ".repeat(100) }));
    const source =
      "{% set ns = namespace(s='') %}{% for m in messages %}{% set ns.s = ns.s ~ m.role ~ (m.content | trim | upper).split(' ') | join('_') %}{% endfor %}{{ ns.s | length }}";
    expect(render(source, { messages })).toBe(String(2000 * ("user".length + 499)));
  });
});
