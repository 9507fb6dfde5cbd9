import { describe, expect, it } from "vitest";
import {
  EMPTY_DRAFT,
  type Draft,
  indexOfLetter,
  letter,
  named,
  withAnswers,
  withCandidate,
  withoutCandidate,
  writtenCandidates,
} from "../../../../examples/electron/renderer/workspace/draft.js";

const draft: Draft = { ...EMPTY_DRAFT, candidates: named(["a", "b", "c"]) };
const names = ({ candidates }: Draft): string => candidates.map(({ name }) => name).join("");

describe("candidates", () => {
  it("keep their letters when another one goes, and a new one takes the first that is free", () => {
    const without = withoutCandidate(draft, "B");
    expect(without.candidates).toEqual([
      { name: "A", text: "a" },
      { name: "C", text: "c" },
    ]);
    expect(names(withCandidate(without))).toBe("ABC");
    expect(names(withCandidate(withCandidate(without)))).toBe("ABCD");
  });

  it("are never fewer than two", () => {
    expect(names(withoutCandidate(withoutCandidate(draft, "A"), "B"))).toBe("BC");
  });

  it("take answers into empty fields first", () => {
    const some = { ...EMPTY_DRAFT, candidates: named(["", "b", ""]) };
    expect(withAnswers(some, ["x", "y", "z"]).candidates.map(({ text }) => text)).toEqual([
      "x",
      "b",
      "y",
      "z",
    ]);
  });

  it("count when they say something", () => {
    expect(writtenCandidates({ ...EMPTY_DRAFT, candidates: named(["a", " \n", "c"]) })).toEqual([
      { name: "A", text: "a" },
      { name: "C", text: "c" },
    ]);
  });
});

it("letters go on behind Z, and back", () => {
  expect([0, 25, 26, 51, 52, 701, 702].map(letter)).toEqual(["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
  for (let index = 0; index < 2000; index++) expect(indexOfLetter(letter(index))).toBe(index);
});
