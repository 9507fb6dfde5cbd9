import { z } from "zod";
import { openDataset } from "../../data/dataset/dataset.js";
import { unreadable } from "../../formats/rows.js";
import type { ChatMessages } from "../../score/conversation/conversation.js";
import { zodProblems } from "../../util/zod-problems.js";
import { messageText } from "../items/message-text.js";

/** A pair that `makePairs` wrote, with its texts. */
export interface WrittenPair {
  id: string;
  line: number;
  prompt: ChatMessages;
  chosen: ChatMessages;
  rejected: ChatMessages;
  chosenReward: number;
  rejectedReward: number;
  margin: number;
}

/** What a file of pairs comes to. */
export interface PairsOverview {
  margins: number[];
  /** Pairs whose chosen answer has more characters than the rejected one, and fewer. */
  chosenLonger: number;
  chosenShorter: number;
  /** Those with the smallest margins, smallest first. */
  closest: WrittenPair[];
  /** Those with the largest, largest first. */
  widest: WrittenPair[];
}

/** Pairs shown of either kind. */
const SHOWN = 10;

const messages = z.array(z.looseObject({ role: z.string(), content: z.unknown() }));
const row = z.looseObject({
  id: z.union([z.string(), z.number(), z.bigint()]),
  prompt: messages,
  chosen: messages,
  rejected: messages,
  score_chosen: z.number(),
  score_rejected: z.number(),
  margin: z.number(),
});

/**
 * Reads a file of pairs as `makePairs` wrote it. Texts are read and let go, but for those that are shown.
 * @throws DatasetError `DATASET_INVALID` something else is there; `signal.reason`
 */
export async function readPairs(path: string, signal?: AbortSignal): Promise<PairsOverview> {
  const overview: PairsOverview = { margins: [], chosenLonger: 0, chosenShorter: 0, closest: [], widest: [] };
  for await (const { line, value, error } of (await openDataset(path, { signal })).rows()) {
    if (error !== undefined) throw error;
    const parsed = row.safeParse(value);
    if (!parsed.success) {
      const problems = zodProblems(parsed.error, "pair").join("; ");
      throw unreadable(`Line ${line + 1} of ${path} is no pair as \`makePairs\` writes it: ${problems}.`);
    }
    const { id, prompt, chosen, rejected, score_chosen, score_rejected, margin } = parsed.data;
    const pair: WrittenPair = {
      id: String(id),
      line,
      prompt: prompt as ChatMessages,
      chosen: chosen as ChatMessages,
      rejected: rejected as ChatMessages,
      chosenReward: score_chosen,
      rejectedReward: score_rejected,
      margin,
    };
    overview.margins.push(margin);
    const difference = lengthOf(pair.chosen) - lengthOf(pair.rejected);
    if (difference > 0) overview.chosenLonger++;
    if (difference < 0) overview.chosenShorter++;
    keep(overview.closest, pair, (a, b) => a.margin - b.margin);
    keep(overview.widest, pair, (a, b) => b.margin - a.margin);
  }
  return overview;
}

function lengthOf(answer: ChatMessages): number {
  return answer.reduce((sum, message) => sum + messageText(message).length, 0);
}

function keep(
  kept: WrittenPair[],
  pair: WrittenPair,
  order: (a: WrittenPair, b: WrittenPair) => number,
): void {
  const last = kept[SHOWN - 1];
  if (last !== undefined && order(last, pair) <= 0) return;
  const place = kept.findIndex((other) => order(other, pair) > 0);
  kept.splice(place < 0 ? kept.length : place, 0, pair);
  kept.length = Math.min(kept.length, SHOWN);
}
