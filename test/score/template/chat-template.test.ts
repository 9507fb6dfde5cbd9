import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ChatTemplate } from "../../../lib/score/template/chat-template.js";

const CHECKPOINTS = new URL("../../fixtures/checkpoints/", import.meta.url);
const DATE = "26 Jul 2024";
const TURN = [{ role: "user", content: "x" }];

interface Case {
  id: string;
  messages?: { role: string; content: string }[];
  rendered?: string;
  expected_error?: string;
}

function readJson(url: URL): unknown {
  return JSON.parse(readFileSync(url, "utf8"));
}

// The pair model's cases have no messages of their own: pair-prompt.test.ts.
const scored = readdirSync(CHECKPOINTS).filter((name) => name !== "pairpref-tiny");

describe.each(scored)("template of %s", (checkpoint) => {
  const config = readJson(new URL(`${checkpoint}/tokenizer_config.json`, CHECKPOINTS)) as Record<
    string,
    unknown
  >;
  const { cases } = readJson(new URL(`${checkpoint}/expected.json`, CHECKPOINTS)) as { cases: Case[] };
  const variables = Object.fromEntries(
    Object.entries(config).filter(
      (entry): entry is [string, string] => entry[0].endsWith("_token") && typeof entry[1] === "string",
    ),
  );
  const template = ChatTemplate.parse(String(config["chat_template"]), variables, DATE);

  it.each(cases.map((item) => [item.id, item] as const))("%s", (_, item) => {
    if (item.rendered !== undefined) {
      expect(template.render(item.messages ?? [])).toBe(item.rendered);
    } else {
      expect(() => template.render(item.messages ?? [])).toThrow(
        expect.objectContaining({ code: "TEMPLATE_REJECTED", message: item.expected_error }),
      );
    }
  });
});

/** Rendered by Jinja2 3.1.6 with trim_blocks, lstrip_blocks, the loop controls extension and transformers' `tojson`. */
describe("as Jinja2 renders", () => {
  const cases = readJson(new URL("jinja2-cases.json", import.meta.url)) as {
    name: string;
    template: string;
    messages: { role: string; content: string }[];
    rendered: string;
  }[];

  it.each(cases.map((item) => [item.name, item] as const))("%s", (_, { template, messages, rendered }) => {
    expect(ChatTemplate.parse(template, { bos_token: "<s>" }, DATE).render(messages)).toBe(rendered);
  });
});

describe("errors and dates", () => {
  const parse = (source: string, date: string | null = DATE): ChatTemplate =>
    ChatTemplate.parse(source, {}, date);

  it.each(["{% if %}", "{{ 'x }}", "{% for m in messages %}", "{{ x | }}", "{# x", "{% raw %}x", "{{ (x }}"])(
    "refuses %s as syntax",
    (source) => {
      expect(() => parse(source)).toThrow(expect.objectContaining({ code: "TEMPLATE_SYNTAX" }));
    },
  );

  // Jinja2 renders some of these, to a text that depends on the machine or on Python's version; the others it refuses too.
  it.each([
    "{{ missing | tojson }}",
    "{{ messages[0].missing.deeper }}",
    "{{ messages[0].content + 1 }}",
    "{{ 1 // 0 }}",
    "{{ 'abc'[::0] }}",
    "{{ none | length }}",
    "{{ range }}",
    "{{ messages[0].items }}",
    "{{ messages | map('length') }}",
    "{{ messages | random }}",
    "{{ [0.1, 0.2, 0.3] | sum }}",
  ])("refuses %s rather than to render something else", (source) => {
    expect(() => parse(source).render(TURN)).toThrow(expect.objectContaining({ code: "TEMPLATE_REJECTED" }));
  });

  it("compares in a row as Python does", () => {
    expect(parse("{{ 'a' in 'abc' == true }} {{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }}").render(TURN)).toBe(
      "False True False",
    );
    const alternates =
      "{% if (messages[0].role == 'user') != (0 % 2 == 0) and 1 == 1 %}x{% else %}y{% endif %}";
    expect(parse(alternates).render(TURN)).toBe("y");
    expect(parse("{{ ['==', 1 == 1, 2 == 2] }}").render(TURN)).toBe("['==', True, True]");
  });

  it("tells the engine's fault from the template's refusal", () => {
    expect(() => parse("{{ messages[0].missing + 'x' }}").render(TURN)).toThrow(/fails on these messages/);
    expect(() => parse("{{ raise_exception('No ' + messages[0].role) }}").render(TURN)).toThrow(/^No user$/);
  });

  it("writes the pinned date in the format asked for", () => {
    expect(parse("{{ date_string }} {{ strftime_now('%Y-%m-%d') }}").render(TURN)).toBe(
      "26 Jul 2024 2024-07-26",
    );
  });

  it("leaves date_string undefined, and today unknown, without a pinned date", () => {
    expect(parse("{{ 'none' if date_string is not defined }}", null).render(TURN)).toBe("none");
    expect(() => parse("{{ strftime_now('%Y') }}", null).render(TURN)).toThrow(/pinned date/);
    expect(() => parse("{{ strftime_now('%c') }}").render(TURN)).toThrow(/pinned date/);
  });

  it("counts as Python does, up to the sandbox's limit", () => {
    const counted = parse(
      "{{ range(3) | join(',') }} {{ range(5, 1, -2) | join(',') }} {{ range(2, 2) | length }}",
    );
    expect(counted.render(TURN)).toBe("0,1,2 5,3 0");
    expect(() => parse("{% for i in range(1000000000) %}x{% endfor %}").render(TURN)).toThrow(
      /longer than 100000/,
    );
  });

  it("renders twice the same", () => {
    const template = parse(
      "{% set n = messages | length %}{% for m in messages %}{% set n = n + 1 %}{{ n }}{% endfor %}",
    );
    expect([template.render(TURN), template.render([...TURN, ...TURN])]).toEqual(["2", "33"]);
  });

  it("knows the usual roles and those it names", () => {
    const template = parse("{% if m.role == 'tool' or m.role == \"ipython\" %}{% endif %}");
    const known = ["system", "user", "assistant", "tool", "ipython"];
    expect([...known, "critic", "User", ""].filter((role) => template.knowsRole(role))).toEqual(known);
  });
});
