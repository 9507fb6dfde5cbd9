import { isDeepStrictEqual } from "node:util";
import type { ChatMessages } from "../../score/conversation/conversation.js";
import type { ItemReader } from "../../data/records/item-reader.js";
import type { DecisivePair } from "./decisive-pair.js";

/** A pair the model judged wrongly, with its texts. */
export interface WorstPair {
  id: string;
  line: number;
  subset: string;
  margin: number;
  /** Null where the model only compares. */
  chosenReward: number | null;
  rejectedReward: number | null;
  prompt: ChatMessages;
  chosen: ChatMessages;
  rejected: ChatMessages;
}

/**
 * The pairs judged wrongly by the largest margins, worst first. Their texts are read again from the dataset: scoring keeps
 * none of them in memory.
 * @param haveRewards whether the pairs have rewards, or only margins
 */
export async function worstPairs(
  pairs: Iterable<DecisivePair>,
  reader: ItemReader,
  count: number,
  haveRewards: boolean,
): Promise<WorstPair[]> {
  const worst = mostWrong(pairs, count);
  const wanted = new Map(worst.map((pair) => [pair.item.position, pair]));
  const found = new Map<DecisivePair, WorstPair>();
  for await (const { line, item } of reader.entries()) {
    const pair = wanted.get(line);
    if (pair !== undefined && item !== undefined) {
      const wrong = withTexts(pair, line, pickTexts(pair, item.chosen, item.rejected));
      found.set(pair, haveRewards ? wrong : { ...wrong, chosenReward: null, rejectedReward: null });
    }
    if (found.size === wanted.size) break;
  }
  return worst.flatMap((pair) => found.get(pair) ?? []);
}

/** Only as many are held as are wanted; of equal margins the earlier ones. */
function mostWrong(pairs: Iterable<DecisivePair>, count: number): DecisivePair[] {
  const worst: DecisivePair[] = [];
  for (const pair of pairs) {
    const isWanted = worst.length < count || pair.margin < (worst.at(-1)?.margin ?? Infinity);
    if (!(pair.margin < 0) || !isWanted) continue;
    const place = worst.findIndex(({ margin }) => margin > pair.margin);
    worst.splice(place < 0 ? worst.length : place, 0, pair);
    worst.length = Math.min(worst.length, count);
  }
  return worst;
}

interface Texts {
  chosen: ChatMessages;
  rejected: ChatMessages;
}

function pickTexts(
  pair: DecisivePair,
  chosen: readonly ChatMessages[],
  rejected: readonly ChatMessages[],
): Texts {
  return {
    chosen: chosen[pair.item.chosen.indexOf(pair.chosen)] ?? [],
    rejected: rejected[pair.item.rejected.indexOf(pair.rejected)] ?? [],
  };
}

function withTexts({ item, chosen, rejected, margin }: DecisivePair, line: number, texts: Texts): WorstPair {
  const shared = sharedTurns(texts.chosen, texts.rejected);
  return {
    id: item.id,
    line,
    subset: item.subset,
    margin,
    chosenReward: chosen.reward,
    rejectedReward: rejected.reward,
    prompt: texts.chosen.slice(0, shared),
    chosen: texts.chosen.slice(shared),
    rejected: texts.rejected.slice(shared),
  };
}

/** Turns both conversations begin with. */
function sharedTurns(a: ChatMessages, b: ChatMessages): number {
  let count = 0;
  const most = Math.min(a.length, b.length) - 1;
  while (count < most && isDeepStrictEqual(a[count], b[count])) count++;
  return count;
}
