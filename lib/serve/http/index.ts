/**
 * A model behind HTTP, for clients of other reward servers.
 * @module llama-reward/serve
 */
export type * from "../../model/scoring-types.js";
export { RewardServer, type RewardServerOptions } from "./reward-server.js";
export type { ServableScorer } from "./request/route.js";
