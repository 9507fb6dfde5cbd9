/**
 * The few parts of Electron's API that are used, as plain shapes: the package neither depends on Electron nor imports it.
 * Checked against the Electron 45 documentation.
 */
import type { MessagePortLike } from "../host/port.js";

/** `utilityProcess` of the main process. */
export interface UtilityProcessModule {
  fork(
    modulePath: string,
    args?: string[],
    options?: { serviceName?: string; stdio?: "inherit" },
  ): UtilityProcess;
}

/** A started utility process. */
export interface UtilityProcess {
  readonly pid: number | undefined;
  postMessage(message: unknown): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
  on(event: "exit", listener: (code: number) => void): unknown;
  on(event: "error", listener: () => void): unknown;
  kill(): boolean;
}

/** A port of `MessageChannelMain`. */
export interface MessagePortMain {
  postMessage(message: unknown): void;
  on(event: "message", listener: (event: { data: unknown }) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** The class `MessageChannelMain` of the main process. */
export type MessageChannelMainClass = new () => { port1: MessagePortMain; port2: MessagePortMain };

/** The page that sent an IPC message. */
export interface IpcMainEvent {
  readonly senderFrame: {
    readonly url: string;
    postMessage(channel: string, message: unknown, transfer?: MessagePortMain[]): void;
  } | null;
}

/** `ipcMain` of the main process. */
export interface IpcMainModule {
  on(channel: string, listener: (event: IpcMainEvent) => void): unknown;
  off(channel: string, listener: (event: IpcMainEvent) => void): unknown;
}

/** `ipcRenderer`, as a preload script has it. */
export interface IpcRendererModule {
  send(channel: string): void;
  on(channel: string, listener: (event: { ports: readonly MessagePortLike[] }) => void): unknown;
}

/** `contextBridge`, as a preload script has it. */
export interface ContextBridgeModule {
  exposeInMainWorld(key: string, api: unknown): void;
}

/** A page's `window`. */
export interface PageWindow {
  postMessage(message: unknown, targetOrigin: string, transfer: MessagePortLike[]): void;
  addEventListener(type: "message", listener: (event: PageMessageEvent) => void): void;
  removeEventListener(type: "message", listener: (event: PageMessageEvent) => void): void;
}

/** A `message` event of a page's window. */
export interface PageMessageEvent {
  readonly source: unknown;
  readonly data: unknown;
  readonly ports: readonly MessagePortLike[];
}
