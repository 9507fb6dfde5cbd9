/**
 * For a preload script: lets a page ask for the model of the main process.
 * @module llama-reward/electron/preload
 */
import { BRIDGE_KEY, CONNECT_CHANNEL, type ScoringBridge } from "./channel.js";
import type { ContextBridgeModule, IpcRendererModule, PageWindow } from "./electron-api.js";

export type { ScoringBridge } from "./channel.js";
export type { MessagePortLike } from "../host/port.js";
export type { ContextBridgeModule, IpcRendererModule, PageMessageEvent, PageWindow } from "./electron-api.js";

/**
 * For a preload script with `contextIsolation` and `sandbox` on: gives the page `window.llamaReward.connect()`, which takes
 * nothing and sends one fixed message. Neither `ipcRenderer` nor a channel name is within the page's reach. A sandboxed
 * preload script cannot import packages: bundle it.
 * @example
 * ```ts
 * // In Electron's preload script.
 * import { contextBridge, ipcRenderer } from "electron";
 * import { exposeScoring } from "llama-reward/electron/preload";
 *
 * exposeScoring({ contextBridge, ipcRenderer });
 * ```
 */
export function exposeScoring(
  electron: { contextBridge: ContextBridgeModule; ipcRenderer: IpcRendererModule },
  page: Pick<PageWindow, "postMessage"> = globalThis as unknown as PageWindow,
): void {
  const bridge: ScoringBridge = {
    connect: () => {
      electron.ipcRenderer.send(CONNECT_CHANNEL);
    },
  };
  electron.contextBridge.exposeInMainWorld(BRIDGE_KEY, bridge);
  electron.ipcRenderer.on(CONNECT_CHANNEL, (event) => {
    const [port] = event.ports;
    // A port cannot pass the bridge itself; a message to the page's own window can carry it. The origin of a file page
    // cannot be named, so it is not restricted; the window is this one.
    if (port !== undefined) page.postMessage(CONNECT_CHANNEL, "*", [port]);
  });
}
