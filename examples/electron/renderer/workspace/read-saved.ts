import type { Message } from "llama-reward/electron/renderer";
import type { Candidate, Draft } from "./draft.js";
import type { DraftHistory } from "./draft-history.js";

/** A draft as it was kept by this or another version of the page; undefined when it is none. */
export function readHistory(value: unknown): DraftHistory | undefined {
  if (!isObject(value)) return undefined;
  const current = readDraft(value["current"]);
  if (current === undefined) return undefined;
  return { current, undo: readSteps(value["undo"]), redo: readSteps(value["redo"]) };
}

function readSteps(value: unknown): DraftHistory["undo"] {
  return listOf(value, (step) => {
    const draft = isObject(step) ? readDraft(step["draft"]) : undefined;
    return draft === undefined ? undefined : { draft, what: textOf((step as { what?: unknown }).what) };
  });
}

export function readDraft(value: unknown): Draft | undefined {
  if (!isObject(value)) return undefined;
  const messages = listOf(value["messages"], readMessage);
  const candidates = listOf(value["candidates"], readCandidate);
  return messages.length === 0 || candidates.length < 2 ? undefined : { messages, candidates };
}

function readMessage(value: unknown): Message | undefined {
  if (!isObject(value) || typeof value["role"] !== "string") return undefined;
  return { role: value["role"], content: textOf(value["content"]) };
}

function readCandidate(value: unknown): Candidate | undefined {
  if (!isObject(value) || !/^[A-Z]+$/.test(textOf(value["name"]))) return undefined;
  return { name: textOf(value["name"]), text: textOf(value["text"]) };
}

function listOf<T>(value: unknown, read: (item: unknown) => T | undefined): T[] {
  return Array.isArray(value) ? value.map(read).filter((item) => item !== undefined) : [];
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
