import type { ChatProxy } from "./chat/chat-proxy.js";
import type { Access } from "./request/access.js";
import type { Bodies } from "./request/bodies.js";
import type { LiveExchanges } from "./request/exchange.js";
import type { ItemLimits } from "./request/item-limits.js";
import type { ServedModels } from "./request/models.js";
import type { ServerSettings } from "./request/server-settings.js";
import type { WorkQueue } from "./request/work-queue.js";
import type { AccessLog } from "./watch/access-log.js";
import type { Metrics } from "./watch/metrics.js";

/** What the routes of one server work with. */
export interface ServerParts {
  settings: ServerSettings;
  models: ServedModels;
  access: Access;
  bodies: Bodies;
  limits: ItemLimits;
  queue: WorkQueue;
  exchanges: LiveExchanges;
  metrics: Metrics;
  log: AccessLog;
  /** Where another server's answers are chosen from. */
  chat: ChatProxy | undefined;
}
