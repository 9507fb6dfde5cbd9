import { describe, expect, it } from "vitest";
import { JinjaSyntaxError, UnsupportedError } from "../../../lib/score/jinja/errors.js";
import { JinjaTemplate } from "../../../lib/score/jinja/jinja-template.js";

const render = (source: string, variables = {}): string => JinjaTemplate.compile(source).render(variables);

/** What Jinja2 renders and this engine does not, so that it never renders something else. */
describe("refused", () => {
  it.each([
    ["an address in memory", "{{ [1] | map('string') }}"],
    ["a bound method", "{{ {}.items }}"],
    ["chance", "{{ [1] | random }}"],
    ["sums that depend on Python's version", "{{ [0.1, 0.2, 0.3] | sum }}"],
    ["which objects CPython shares", "{{ 'a' is sameas('a') }}"],
    ["powers that C libraries round", "{{ 2 ** 0.5 }}"],
    ["work on marked text", "{{ ('<' | escape) + '<' }}"],
    ["a value that JSON does not have", "{{ date }}"],
    ["a whole number whose digits are lost", "{{ big }}"],
  ])("%s", (_, source) => {
    expect(() => render(source, { date: new Date(0), big: 1e22 })).toThrow(UnsupportedError);
  });

  it("values that are only there", () => {
    expect(render("{{ date is defined }}{{ 'x' if big }}", { date: new Date(0), big: 1e22 })).toBe("Truex");
  });

  it.each([
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
    "{% block b %}{% endblock %}",
    "{% do x %}",
  ])("%s", (source) => {
    expect(() => JinjaTemplate.compile(source)).toThrow(JinjaSyntaxError);
  });

  it.each([
    "{% break %}",
    "{% for x in [] %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
    "{% for x in [] %}{% generation %}{% continue %}{% endgeneration %}{% endfor %}",
    "{{ x | nosuch }}",
    "{{ x is nosuch }}",
    "{{ 1 is odd is true }}",
    "{% set true = 1 %}",
    "{% for loop in [] %}{% endfor %}",
    "{{ '\\x1' }}",
  ])("%s, as by Jinja2", (source) => {
    expect(() => JinjaTemplate.compile(source)).toThrow(JinjaSyntaxError);
  });

  it("an unknown filter only where it is reached, in a branch", () => {
    expect(render("{% if false %}{{ x | nosuch }}{% endif %}a")).toBe("a");
    expect(() => render("{% if true %}{{ x | nosuch }}{% endif %}")).toThrow(/No filter named/);
  });
});
