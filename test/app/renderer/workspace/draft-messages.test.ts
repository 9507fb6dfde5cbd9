import { expect, it } from "vitest";
import {
  movedUp,
  withoutMessage,
  withSystemPrompt,
  withTurn,
} from "../../../../examples/electron/renderer/workspace/draft-messages.js";

const turns = ["a", "b", "c"].map((content) => ({ role: "user", content }));
const texts = (messages: readonly { content: string }[]): string =>
  messages.map(({ content }) => content).join("");

it("a turn goes to whose it is, a system prompt to the front, once", () => {
  expect(withTurn(turns).at(-1)).toEqual({ role: "assistant", content: "" });
  expect(withTurn(withTurn(turns)).at(-1)?.role).toBe("user");
  expect(withSystemPrompt(withSystemPrompt(turns)).map(({ role }) => role)).toEqual([
    "system",
    "user",
    "user",
    "user",
  ]);
});

it("turns move up and go, and one stays", () => {
  expect(texts(movedUp(turns, 2))).toBe("acb");
  expect(texts(movedUp(turns, 1))).toBe("bac");
  expect(texts(movedUp(turns, 0))).toBe("abc");
  expect(texts(withoutMessage(turns, 1))).toBe("ac");
  expect(texts(withoutMessage(turns.slice(0, 1), 0))).toBe("a");
});
