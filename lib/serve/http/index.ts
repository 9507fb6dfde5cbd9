/** `llama-reward/serve`: a model behind HTTP, for clients of other reward servers. */
export { RewardServer, type RewardServerOptions } from "./reward-server.js";
export type { ServableScorer } from "./request/route.js";
