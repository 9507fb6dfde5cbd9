/**
 * A model behind HTTP, for clients of other reward servers.
 * @module llama-reward/serve
 */
export type * from "../../model/scoring-types.js";
export { RewardServer } from "./reward-server.js";
export type { AccessLogForm, RewardServerOptions } from "./request/server-settings.js";
export type { UpstreamOptions } from "./request/upstream-settings.js";
export type { EndpointExample } from "./status/endpoint-list.js";
export type { ServableScorer } from "./request/route.js";
