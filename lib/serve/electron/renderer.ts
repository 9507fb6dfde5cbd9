/**
 * For a page: the model of the main process, over a message port.
 * @module llama-reward/electron/renderer
 */
import { HostError } from "../../errors.js";
import { ScorerClient } from "../host/client.js";
import { messagePort } from "../host/port.js";
import { BRIDGE_KEY, CONNECT_CHANNEL, type ScoringBridge } from "./channel.js";
import type { PageMessageEvent, PageWindow } from "./electron-api.js";

export type { ScoringBridge } from "./channel.js";
export { ScorerClient } from "../host/client.js";
export type { HostPort } from "../host/port.js";
export type { ConnectOptions } from "../host/client.js";
export type { MessagePortLike } from "../host/port.js";
export type { ScorerStatus } from "../host/protocol.js";
export type { RequestOptions } from "../host/request.js";
export type { PageMessageEvent, PageWindow } from "./electron-api.js";
export type { HostError } from "../../errors.js";
export type * from "../../model/scoring-types.js";
export {
  areTooClose,
  rankByUncertainty,
  type UncertaintyOptions,
  type UncertaintyRank,
} from "../../eval/stats/uncertainty.js";

/** How long the main process may take to hand over a port. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * For a page: connects to the model that the main process serves with `serveRenderers`, through the bridge of
 * `exposeScoring`. The result has the interface of a model in this process.
 * @throws HostError `HOST_FAILED`: no bridge, or no port within the time: the main process serves no model to this page
 * @example
 * ```ts
 * // In Electron's renderer.
 * import { connectScoring } from "llama-reward/electron/renderer";
 *
 * const scorer = await connectScoring();
 * const [best] = await scorer.rank("What is 2 + 2?", ["4.", "5."]);
 * console.log(best?.index);
 * ```
 */
export async function connectScoring(
  page: PageWindow = globalThis as unknown as PageWindow,
  timeoutMs: number = CONNECT_TIMEOUT_MS,
): Promise<ScorerClient> {
  const bridge = (page as { [BRIDGE_KEY]?: ScoringBridge })[BRIDGE_KEY];
  if (bridge === undefined) {
    throw new HostError(
      "HOST_FAILED",
      "There is no scoring bridge: call exposeScoring in the preload script.",
    );
  }
  let listener: ((event: PageMessageEvent) => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const port = await new Promise<PageMessageEvent["ports"][number]>((resolve, reject) => {
      listener = (event) => {
        const [received] = event.ports;
        if (event.source === page && event.data === CONNECT_CHANNEL && received !== undefined)
          resolve(received);
      };
      page.addEventListener("message", listener);
      timer = setTimeout(() => {
        reject(new HostError("HOST_FAILED", `The main process served no model within ${timeoutMs} ms.`));
      }, timeoutMs);
      bridge.connect();
    });
    return await ScorerClient.connect(messagePort(port));
  } finally {
    clearTimeout(timer);
    if (listener !== undefined) page.removeEventListener("message", listener);
  }
}
