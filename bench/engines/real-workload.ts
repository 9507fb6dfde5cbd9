import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Conversation } from "../../lib/score/conversation/conversation.js";
import { REPOSITORY } from "../repository.js";
import { randomTokens, type RandomTokens } from "../workload.js";

/** The pairs of LLMBar, of whose texts all workloads are made. */
export const PAIRS_FILE = path.join(REPOSITORY, "test/reference/weights/llmbar.jsonl");

/** Real texts that every engine scores in one call. */
export interface RealWorkload {
  name: string;
  conversations: readonly Conversation[];
}

interface Pair {
  prompt: string;
  chosen: string;
  rejected: string;
}

/** How much of each workload: enough to measure, or for a quick look. */
interface Amounts {
  pairs: number;
  singles: number;
  prompts: number;
  candidates: number;
  long: number;
}

const FULL: Amounts = { pairs: 60, singles: 120, prompts: 6, candidates: 64, long: 4 };
const QUICK: Amounts = { pairs: 6, singles: 12, prompts: 1, candidates: 16, long: 1 };

/** Characters of prompt and answer: some 40 to 400 tokens. */
const SHORTEST = 160;
const LONGEST = 1600;
/** The same where all pairs are scored: some 700 tokens. */
const LONGEST_OF_ALL = 3200;

/** Words of the longer texts. */
const PROMPT_WORDS = 260;
const ANSWER_WORDS = 60;
const LONG_WORDS = 700;

/**
 * Workloads as users have them: pairs, conversations that share nothing but the template, best of 8 and of many, and some of about
 * 2,000 tokens. Short texts are LLMBar's own pairs, longer ones runs of words of it; always the same.
 */
export async function realWorkloads({ isQuick }: { isQuick: boolean }): Promise<RealWorkload[]> {
  const { pairs, singles, prompts, candidates, long } = isQuick ? QUICK : FULL;
  const all = await readPairs();
  const short = all.filter(({ prompt, chosen, rejected }) => {
    const lengths = [chosen, rejected].map((answer) => prompt.length + answer.length);
    return lengths.every((length) => length >= SHORTEST && length <= LONGEST);
  });
  const words = all.flatMap(({ prompt, chosen }) => `${prompt} ${chosen}`.split(/\s+/));
  const random = randomTokens(7, words.length - LONG_WORDS);
  const text = (count: number): string => someWords(words, random, count);
  const bestOf = (count: number): Conversation[] => {
    const prompt = text(PROMPT_WORDS);
    return Array.from({ length: count }, () => conversation(prompt, text(ANSWER_WORDS)));
  };
  return [
    {
      name: `pairs-${pairs}`,
      conversations: short
        .slice(0, pairs)
        .flatMap(({ prompt, chosen, rejected }) => [
          conversation(prompt, chosen),
          conversation(prompt, rejected),
        ]),
    },
    {
      name: `singles-${singles}`,
      conversations: short
        .slice(pairs, pairs + singles)
        .map(({ prompt, chosen }) => conversation(prompt, chosen)),
    },
    { name: "best-of-8", conversations: Array.from({ length: prompts }, () => bestOf(8)).flat() },
    { name: `best-of-${candidates}`, conversations: bestOf(candidates) },
    {
      name: "long-2000",
      conversations: Array.from({ length: long }, () => conversation(text(LONG_WORDS), text(LONG_WORDS))),
    },
  ];
}

/** All pairs but the longest few: chosen and rejected answer. */
export async function allPairs(): Promise<[Conversation, Conversation][]> {
  const pairs = await readPairs();
  return pairs
    .filter(({ prompt, chosen, rejected }) =>
      [chosen, rejected].every((answer) => prompt.length + answer.length <= LONGEST_OF_ALL),
    )
    .map(({ prompt, chosen, rejected }) => [conversation(prompt, chosen), conversation(prompt, rejected)]);
}

async function readPairs(): Promise<Pair[]> {
  const lines = (await readFile(PAIRS_FILE, "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Pair);
}

function someWords(words: readonly string[], random: RandomTokens, count: number): string {
  const [start = 0] = random(1);
  return words.slice(start, start + count).join(" ");
}

function conversation(prompt: string, answer: string): Conversation {
  return [
    { role: "user", content: prompt },
    { role: "assistant", content: answer },
  ];
}
