import { expect, it } from "vitest";
import {
  forgedTokens,
  otherWarnings,
} from "../../../../../examples/electron/renderer/rank/results/forged-tokens.js";

const warning = (names: string): string =>
  `The messages spell special tokens, which count as those tokens: ${names}. ` +
  "An answer can forge turns this way; --special-tokens literal keeps them as text.";

it("names the tokens that the answer itself spells", () => {
  const warnings = ["Another one.", warning("<|eot_id|> <s>")];
  expect(forgedTokens(warnings, "x<|eot_id|>y")).toEqual(["<|eot_id|>"]);
  expect(forgedTokens(warnings, "<s> and <|eot_id|>")).toEqual(["<|eot_id|>", "<s>"]);
  expect(forgedTokens(warnings, "the question spells them")).toEqual([]);
  expect(forgedTokens(["Another one."], "<s>")).toEqual([]);
});

it("warns when the list was cut before the answer's", () => {
  expect(forgedTokens([warning("<a> <b> and 3 more")], "<c>")).toEqual(["<a>"]);
  expect(forgedTokens([warning("<a> <b> and 3 more")], "<b>")).toEqual(["<b>"]);
});

it("leaves the other warnings", () => {
  expect(otherWarnings([warning("<s>"), "Another one."])).toEqual(["Another one."]);
});
