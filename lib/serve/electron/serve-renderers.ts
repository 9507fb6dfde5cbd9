import type { HostPort } from "../host/port.js";
import { serveScorer } from "../host/server.js";
import { packageVersion } from "../../util/package-version.js";
import type { Scorer } from "../../score/score.js";
import { CONNECT_CHANNEL } from "./channel.js";
import type {
  IpcMainEvent,
  IpcMainModule,
  MessageChannelMainClass,
  MessagePortMain,
} from "./electron-api.js";

/** What `serveRenderers` needs of the app. */
export interface ServeRenderersOptions {
  /** Electron's `ipcMain`. */
  ipcMain: IpcMainModule;
  /** Electron's `MessageChannelMain`. */
  MessageChannelMain: MessageChannelMainClass;
  /** The model pages get now, or undefined while there is none: then a page that asks gets no port. */
  scorer: () => Scorer | undefined;
  /** Whether a page, by its address, may score. Anything a window can be led to must be refused. */
  isAllowed: (url: string) => boolean;
}

/**
 * Lets pages score over a `MessagePort` of their own. A page can score and nothing else: it cannot choose files, load
 * models or reach another channel. The model stays the caller's.
 * @returns a function that stops serving new pages
 * @example
 * ```ts
 * // In Electron's main process.
 * import { ipcMain, MessageChannelMain, utilityProcess } from "electron";
 * import { serveRenderers, startScoringHost } from "llama-reward/electron";
 *
 * const host = await startScoringHost("models/grm", { utilityProcess });
 * serveRenderers({ ipcMain, MessageChannelMain, scorer: () => host, isAllowed: (url) => url.startsWith("file://") });
 * ```
 */
export function serveRenderers(options: ServeRenderersOptions): () => void {
  const { ipcMain, MessageChannelMain, scorer, isAllowed } = options;
  const listener = (event: IpcMainEvent): void => {
    const frame = event.senderFrame;
    const served = scorer();
    if (frame === null || served === undefined || !isAllowed(frame.url)) return;
    const { port1, port2 } = new MessageChannelMain();
    serveScorer(mainPort(port1), { scorer: served }, { version: packageVersion() });
    try {
      frame.postMessage(CONNECT_CHANNEL, null, [port2]);
    } catch {
      // The page is gone already.
      port1.close();
    }
  };
  ipcMain.on(CONNECT_CHANNEL, listener);
  return () => {
    ipcMain.off(CONNECT_CHANNEL, listener);
  };
}

function mainPort(port: MessagePortMain): HostPort {
  return {
    post: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.on("message", (event) => {
        listener(event.data);
      });
      port.start();
    },
    onClose: (listener) => {
      port.on("close", () => {
        listener("the page let go of its port");
      });
    },
    close: () => {
      port.close();
    },
  };
}
