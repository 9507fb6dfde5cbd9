// Hard strings and conversations for one tokenizer. The same every time.

import { readFileSync } from "node:fs";
import path from "node:path";

import { FORCED_CONTROL, FORCED_USER_DEFINED } from "../../../dist/model/tokenizer/forced-texts.js";
import { makeCorpus } from "../../../dist/check/corpus.js";

const STRINGS = 5200;
const CONVERSATIONS = 240;
const SEED = 31;
const SPELLINGS_USED = 200;

/** @returns {{ strings: string[], parsed: object[], literal: object[] }} */
export function makeTexts(checkpoint) {
  const { added_tokens: added, model } = JSON.parse(
    readFileSync(path.join(checkpoint, "tokenizer.json"), "utf8"),
  );
  const specialTokens = spread(
    added.map(({ content }) => content),
    SPELLINGS_USED,
  );
  const vocabulary = spread(Object.keys(model.vocab), 6000).map((text) =>
    text.replaceAll("▁", " ").replaceAll("Ġ", " "),
  );
  const forced = [...FORCED_CONTROL, ...FORCED_USER_DEFINED];
  const marked = Object.keys(model.vocab).filter((text) => /^[<[].*[>\][]$|^\ufeff|^[<>/|]+$/u.test(text));
  const corpus = makeCorpus({ size: STRINGS, seed: SEED, specialTokens, vocabulary });
  const strings = [
    ...corpus,
    ...forced,
    ...forced.map((text) => `a${text} ${text}${text}\n`),
    ...marked.slice(0, 500).flatMap((text) => [text, ` ${text}x`]),
    ...["\ufeff", "\ufeffa", "a\ufeff", "\0", "a\0b", "\u{1D15E}", "\r\n\r\n"],
    // Long ones, with and without spaces.
    ...Array.from({ length: 8 }, (_, index) =>
      corpus.slice(40 * index, 40 * index + 200).join(index % 2 ? " " : ""),
    ),
    ...["a", "海", "𓀀", " ", "\n", "!", "é"].map((character) => character.repeat(20_000)),
  ];
  const conversations = makeConversations(strings);
  return {
    strings,
    parsed: conversations,
    // There the reference puts contents between the template's parts, which must not look at them.
    literal: conversations.filter(({ messages }) =>
      messages.every(({ content }) => !/think>|tool_response/.test(content)),
    ),
  };
}

/** One to three turns; contents without white space at their ends, which templates trim in ways of their own. */
function makeConversations(strings) {
  const short = strings.filter((text) => text.length > 0 && text.length < 600 && !text.includes("\0"));
  const edge = /^[\p{White_Space}\p{Cc}]+|[\p{White_Space}\p{Cc}]+$/gu;
  const content = (index) => {
    const [a, b] = [short[(index * 7) % short.length], short[(index * 13 + 5) % short.length]];
    return `${index % 3 === 0 ? "x" : ""}${a} ${b}${index % 4 === 0 ? "." : ""}`.replace(edge, "") || "empty";
  };
  return Array.from({ length: CONVERSATIONS }, (_, index) => ({
    id: index,
    messages: Array.from({ length: 2 * (1 + (index % 3)) }, (_, turn) => ({
      role: turn % 2 === 0 ? "user" : "assistant",
      content: content(6 * index + turn),
    })),
  }));
}

function spread(list, count) {
  const step = Math.max(1, Math.floor(list.length / count));
  return list.filter((_, index) => index % step === 0);
}
