import { expect, it } from "vitest";
import {
  changesSince,
  describeChanges,
} from "../../../../../examples/electron/renderer/rank/results/stale.js";
import {
  named,
  withCandidate,
  withText,
  type Draft,
} from "../../../../../examples/electron/renderer/workspace/draft.js";

const draft: Draft = { messages: [{ role: "user", content: "q" }], candidates: named(["a", "b", ""]) };
const ranking = { messages: draft.messages, candidates: named(["a", "b"]) };
const said = (now: Draft): string | undefined => describeChanges(changesSince(ranking, now));

it("results hold while the texts are the same", () => {
  expect(said(draft)).toBe(undefined);
});

it("edited, new and removed answers mark results as old", () => {
  expect(said(withText(draft, "B", "b2"))).toBe("Since this ranking B changed.");
  expect([...changesSince(ranking, withText(draft, "B", "b2")).edited]).toEqual(["B"]);
  expect(said(withText(draft, "C", "c"))).toBe("Since this ranking C is new.");
  expect(said(withText(withCandidate(withText(draft, "C", "c"), "d"), "A", ""))).toBe(
    "Since this ranking A changed, and C and D are new.",
  );
});

it("another conversation makes all of it old", () => {
  expect(said({ ...draft, messages: [{ role: "user", content: "q2" }] })).toBe(
    "The conversation has changed since this ranking.",
  );
});
