import type { Message } from "llama-reward/electron/renderer";
import { isObject } from "../../workspace/read-saved.js";

/** What is pasted is JSON, but nothing that can be ranked: in words, for people. */
export class PasteError extends Error {}

/** Who speaks, in the words of datasets and in those of chat templates. Source: LLaMA-Factory, `data/README.md`. */
const ROLES: Readonly<Record<string, string>> = { human: "user", gpt: "assistant", bot: "assistant" };

/** Whether a list looks like turns: `{ role, content }` of chat APIs, or ShareGPT's `{ from, value }`. */
export const areTurns = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((turn) => isObject(turn) && ("role" in turn || "from" in turn));

/** @throws PasteError a turn that is more than text */
export function readTurns(turns: readonly Record<string, unknown>[]): Message[] {
  return turns.map((turn, index) => {
    const role = turn["role"] ?? turn["from"];
    if (typeof role !== "string") throw new PasteError(`Message ${index + 1} does not say whose it is.`);
    const content = textOf(turn["content"] ?? turn["value"]);
    const calls = turn["tool_calls"] ?? turn["function_call"];
    if (Array.isArray(calls) ? calls.length > 0 : isObject(calls)) {
      throw new PasteError(
        `Message ${index + 1} calls tools, which cannot be written in these fields. Score it as a file.`,
      );
    }
    if (content === undefined) {
      throw new PasteError(`Message ${index + 1} holds something other than text, such as an image.`);
    }
    return { role: ROLES[role] ?? role, content };
  });
}

/** A text, or text parts of chat APIs joined to one; undefined for anything else. */
export function textOf(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  const parts = content.map((part: unknown) =>
    isObject(part) && part["type"] === "text" ? part["text"] : part,
  );
  return parts.every((part) => typeof part === "string") ? parts.join("") : undefined;
}
