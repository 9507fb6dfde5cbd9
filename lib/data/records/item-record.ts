import { isDeepStrictEqual } from "node:util";
import { withContext, type ChatMessage } from "../../score/conversation/conversation.js";
import type { PreferenceItem } from "../dataset/layouts/layout.js";
import type { PairRequest, RecordEntry, ScoreRecord } from "./record.js";
import type { ItemEntry } from "./item-reader.js";
import { without } from "../../util/collections.js";

/** An item as `score` takes it; carries its subset through to the output. */
export interface ItemRecord extends ScoreRecord {
  subset: string;
}

/** An entry of a benchmark as a record to score: a pair, or candidates with the chosen ones first. */
export function itemRecord({ id, item, error }: ItemEntry): RecordEntry {
  if (error !== undefined) return { id, error };
  const { chosen, rejected, subset, context = {} } = item;
  const pair = pairRequest(item);
  const record: ItemRecord = {
    id,
    subset,
    kind: chosen.length === 1 && rejected.length === 1 ? "pair" : "candidates",
    conversations: [...chosen, ...rejected].map((messages) => withContext(messages, context)),
    ...(pair === undefined ? {} : { pair }),
  };
  return { id, record };
}

/** For models that only compare: two answers behind the same turns. */
function pairRequest({ chosen, rejected, context = {} }: PreferenceItem): PairRequest | undefined {
  const [good, ...moreGood] = chosen;
  const [bad, ...moreBad] = rejected;
  if (good === undefined || bad === undefined || moreGood.length + moreBad.length > 0) return undefined;
  const prompt = good.slice(0, -1);
  const a = answerText(good.at(-1));
  const b = answerText(bad.at(-1));
  if (a === undefined || b === undefined || !isDeepStrictEqual(prompt, bad.slice(0, -1))) return undefined;
  return { prompt: withContext(prompt, context), a, b };
}

/** The text of an answer that is text and nothing else. */
function answerText(message: ChatMessage | undefined): string | undefined {
  if (message === undefined || Object.keys(without(message, "role", "content")).length > 0) return undefined;
  return typeof message.content === "string" ? message.content : undefined;
}
