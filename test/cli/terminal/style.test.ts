import { describe, expect, it } from "vitest";
import { printableStyled } from "../../../lib/cli/terminal/printable.js";
import { styled, wantsColor } from "../../../lib/cli/terminal/style.js";
import { cli } from "../cli.js";

describe("wantsColor", () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  ])("on a terminal: %j, with %j: %j", (isTerminal, env, expected) => {
    expect(wantsColor(isTerminal, env)).toBe(expected);
  });
});

it("keeps its own weight and colour, and spells out what a text brings along", () => {
  const text = `${styled(true, "good", "ok")} \u001b[2J\u001b]0;title\u0007`;
  expect(printableStyled(text)).toBe("\u001b[32mok\u001b[39m \\u001b[2J\\u001b]0;title\\u0007");
  expect(styled(false, "good", "ok")).toBe("ok");
});

it("colours help and errors where that is wanted, and says the same without", async () => {
  // eslint-disable-next-line no-control-regex -- what colours
  const plain = (text: string): string => text.replace(/\u001b\[\d+m/g, "");
  for (const args of [["--help"], ["rank", "--help"], ["rnak"]]) {
    const without = await cli(args);
    const colored = await cli(args, { isColored: true });
    expect(without.stdout + without.stderr).not.toContain("\u001b");
    expect(colored.stdout + colored.stderr).toContain("\u001b[1m");
    expect(plain(colored.stdout)).toBe(without.stdout);
    expect(plain(colored.stderr)).toBe(without.stderr);
  }
});

it.each([80, 100, 120, 200])("help keeps to %i columns", async (columns) => {
  for (const args of [["--help"], ["score", "--help"], ["serve", "--help"]]) {
    const { stdout } = await cli(args, { columns });
    const lines = stdout.split("\n").filter((line) => !/^(?:Usage:| {2}llama-reward )/.test(line));
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  }
});
