export { BACKBONE_TYPES, type BackboneType } from "./convert/backbone-type.js";
/** Public API: load a model folder, score conversations. Conversion is in `llama-reward/convert`. */
export { RewardModel, type Placement } from "./reward-model.js";
export type { LoadOptions } from "./load-options.js";
export type {
  ChatMessage,
  ChatMessages,
  Conversation,
  ConversationInput,
  ConversationRequest,
  Message,
  TemplateContext,
} from "./conversation.js";
export type {
  Comparison,
  EmitField,
  ModelDescription,
  Progress,
  RankedScore,
  Score,
  Scorer,
  ScoreOptions,
  ScoringSettings,
  SettledScore,
} from "./score.js";
export type { AttributeScore } from "./head/head.js";
export * from "./errors.js";
