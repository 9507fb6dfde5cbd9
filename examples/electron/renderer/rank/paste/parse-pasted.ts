import { isObject } from "../../workspace/read-saved.js";
import { readRecord, splitAnswer, type RecordParts } from "./read-record.js";
import { areTurns, PasteError, readTurns } from "./turns.js";

/**
 * What pasted text holds: messages of chat APIs, ShareGPT's turns, prompts with answers, preferences, an API's answer, or a list of
 * texts. Undefined for text that is no JSON.
 * @throws PasteError JSON that is nothing of these, in words
 */
export function parsePasted(text: string): RecordParts | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (isJsonLines(text)) throw new PasteError(MANY_RECORDS);
    return undefined;
  }
  return expectSomething(readValue(value));
}

const MANY_RECORDS = "These are several records. Save them as a file and score it under “Score a file”.";

function readValue(value: unknown): RecordParts | undefined {
  if (isObject(value)) return readRecord(value);
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (areTurns(value)) return splitAnswer(readTurns(value));
  if (value.every((item) => typeof item === "string")) return { answers: value };
  if (value.length > 1 && value.every(isObject)) throw new PasteError(MANY_RECORDS);
  return readValue(value[0]);
}

function expectSomething(parts: RecordParts | undefined): RecordParts {
  if (parts !== undefined && (parts.messages !== undefined || parts.answers.length > 0)) return parts;
  throw new PasteError(
    "This JSON holds neither messages nor answers: paste messages, conversations, a prompt with responses, or a list of texts.",
  );
}

function isJsonLines(text: string): boolean {
  const [first, second] = text.trim().split("\n");
  return [first, second].every((line) => {
    try {
      return isObject(JSON.parse(line ?? ""));
    } catch {
      return false;
    }
  });
}
