/**
 * The best of several answers: sampled from any generator, chosen by a reward model.
 * @module llama-reward/best-of
 */
export type { RewardError, RewardErrorCode, RewardErrorOptions } from "../../errors.js";
export type {
  ChatMessage,
  ChatMessages,
  ConversationInput,
  ConversationRequest,
  TemplateContext,
} from "../conversation/conversation.js";
export type { Aggregate } from "../conversation/aggregate.js";
export type { AttributeScore } from "../head/head.js";
export type * from "../score.js";
export { bestOf, type BestOfOptions, type GenerateCall } from "./best-of.js";
export type { Amounts } from "./amounts.js";
export type { Bounds, Candidate } from "./candidate.js";
export type { BestOf, Choice, FailedSample } from "./choose-best.js";
export type { Sample } from "./sample.js";
