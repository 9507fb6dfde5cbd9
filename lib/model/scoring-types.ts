/** The words of scoring that the signatures of every entry use. Types only, so that a page can bundle an entry that names them. */
export type { RewardError, RewardErrorCode, RewardErrorOptions } from "../errors.js";
export type { QueueState } from "../score/backbone/call-queue.js";
export type { BackboneStats } from "../score/backbone/context.js";
export type {
  ChatMessage,
  ChatMessages,
  Conversation,
  ConversationInput,
  ConversationRequest,
  Message,
  TemplateContext,
} from "../score/conversation/conversation.js";
export type { Aggregate } from "../score/conversation/aggregate.js";
export type { CombineRule, EnsembleRule, MemberScale } from "../score/ensemble/combine.js";
export type { AttributeScore } from "../score/head/head.js";
export type * from "../score/score.js";
export type { LoadOptions } from "./load-options.js";
export type { Placement } from "./placement.js";
