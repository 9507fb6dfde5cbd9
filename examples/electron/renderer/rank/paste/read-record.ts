import type { Message } from "llama-reward/electron/renderer";
import { areTurns, PasteError, readTurns, textOf } from "./turns.js";

type Fields = Readonly<Record<string, unknown>>;

/** What a record holds: turns, answers to rank, or both. */
export interface RecordParts {
  messages?: Message[];
  answers: string[];
}

/** A record in any form that datasets and chat APIs have; undefined when it is in none. @throws PasteError */
export function readRecord(fields: Fields): RecordParts | undefined {
  return fromChoices(fields) ?? fromPreference(fields) ?? fromAnswers(fields) ?? fromTurns(fields);
}

/** The answer of an OpenAI-compatible server: every choice is a candidate. */
function fromChoices({ choices }: Fields): RecordParts | undefined {
  if (!Array.isArray(choices)) return undefined;
  const answers = choices.map((choice: unknown) => {
    const { message, text } = (choice ?? {}) as { message?: { content?: unknown }; text?: unknown };
    return textOf(message?.content ?? text);
  });
  return { answers: expectTexts(answers, "choice") };
}

/** `chosen` and `rejected`: texts behind a prompt, or whole conversations that begin alike. */
function fromPreference(fields: Fields): RecordParts | undefined {
  const { chosen, rejected } = fields;
  if (chosen === undefined || rejected === undefined) return undefined;
  const both = [chosen, rejected].map(conversationOrText);
  const answers = expectTexts(
    both.map(({ answer }) => answer),
    "answer",
  );
  const [first, second] = both.map(({ before }) => JSON.stringify(before));
  if (first !== second) throw new PasteError("The two conversations differ before their last answers.");
  const messages = promptOf(fields) ?? both[0]?.before;
  return { ...(messages === undefined ? {} : { messages }), answers };
}

function conversationOrText(value: unknown): { before?: Message[]; answer: string | undefined } {
  if (!areTurns(value)) return { answer: textOf(value) };
  const turns = readTurns(value);
  const before = turns.slice(0, -1);
  return { ...(before.length === 0 ? {} : { before }), answer: turns.at(-1)?.content };
}

/** A prompt with one answer or several, under the names that datasets have for them. */
function fromAnswers(fields: Fields): RecordParts | undefined {
  const several = fields["responses"] ?? fields["completions"] ?? fields["answers"] ?? fields["candidates"];
  const one = fields["response"] ?? fields["completion"] ?? fields["answer"] ?? fields["output"];
  const messages = promptOf(fields);
  if (several === undefined && one === undefined) {
    return messages === undefined || fields["messages"] !== undefined ? undefined : { messages, answers: [] };
  }
  const given = Array.isArray(several) && !areTurns(several) ? several : [several ?? one];
  const answers = expectTexts(given.map(answerText), "answer");
  return { ...(messages === undefined ? {} : { messages }), answers };
}

/** An answer: a text, `{ text }` or `{ content }`, or a list of one message. */
function answerText(value: unknown): string | undefined {
  if (areTurns(value)) return readTurns(value).at(-1)?.content;
  const { text, content, response } = (value ?? {}) as Record<string, unknown>;
  return textOf(value) ?? textOf(text ?? content ?? response);
}

/** What was asked: turns or a text, with Alpaca's input below an instruction, and a system text in front. */
function promptOf(fields: Fields): Message[] | undefined {
  const asked =
    fields["prompt"] ?? fields["instruction"] ?? fields["question"] ?? fields["query"] ?? fields["messages"];
  if (areTurns(asked)) return withSystem(fields, readTurns(asked));
  const text = textOf(asked);
  if (text === undefined) return undefined;
  const input = fields["instruction"] === undefined ? undefined : textOf(fields["input"]);
  const content = input === undefined || input === "" ? text : `${text}\n${input}`;
  return withSystem(fields, [...earlierTurns(fields["history"]), { role: "user", content }]);
}

/** Alpaca's `history`: pairs of question and answer. */
function earlierTurns(history: unknown): Message[] {
  if (!Array.isArray(history)) return [];
  return history.flatMap((pair: unknown) => {
    const [question, answer] = Array.isArray(pair) ? pair.map(textOf) : [];
    if (question === undefined || answer === undefined)
      throw new PasteError("The history is no list of pairs of texts.");
    return [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ];
  });
}

/** Only turns. An answer at their end is what there is to rank. */
function fromTurns(fields: Fields): RecordParts | undefined {
  const turns = fields["messages"] ?? fields["conversations"] ?? fields["conversation"];
  return areTurns(turns) ? splitAnswer(withSystem(fields, readTurns(turns))) : undefined;
}

/** Turns, and the answer at their end as a candidate. */
export function splitAnswer(turns: Message[]): RecordParts {
  const last = turns.at(-1);
  return last?.role === "assistant" && turns.length > 1
    ? { messages: turns.slice(0, -1), answers: [last.content] }
    : { messages: turns, answers: [] };
}

function withSystem({ system }: Fields, messages: Message[]): Message[] {
  const text = textOf(system);
  return text === undefined || text === "" || messages[0]?.role === "system"
    ? messages
    : [{ role: "system", content: text }, ...messages];
}

function expectTexts(values: readonly (string | undefined)[], what: string): string[] {
  return values.map((value, index) => {
    if (value === undefined) throw new PasteError(`The ${what} number ${index + 1} is no text.`);
    return value;
  });
}
