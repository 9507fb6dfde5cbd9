import type { ConversationInput } from "../../score/conversation/conversation.js";
import type { RewardError } from "../../errors.js";

/** A record's own id, or its 0-based line number. */
export type RecordId = string | number;

/** Two answers to one prompt, as models that only compare want them. */
export interface PairRequest {
  prompt: string | ConversationInput;
  a: string;
  b: string;
}

/** One record to score, whatever its form: the conversations in it, in the order its output names them. */
export interface ScoreRecord {
  id: RecordId;
  /** `pair`: two conversations, the chosen one first. */
  kind: "conversation" | "candidates" | "pair";
  conversations: readonly ConversationInput[];
  /** For pairs of texts that share their prompt. */
  pair?: PairRequest;
}

/** A record, or why there is none. */
export type RecordEntry =
  | { id: RecordId; record: ScoreRecord; error?: undefined }
  | { id: RecordId; error: RewardError; record?: undefined };
