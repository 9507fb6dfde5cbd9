import { join, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  MessageChannelMain,
  net,
  protocol,
  session,
  utilityProcess,
} from "electron";
import { serveRenderers, startScoringHost, type HostedScorer, type Progress } from "llama-reward/electron";
import { CONTENT_SECURITY_POLICY } from "./content-security-policy.js";
import type { ModelPlace } from "../renderer/backend.js";
import type { LoadSettings } from "../renderer/workspace/settings.js";
import { loadSettingsOf } from "./load-settings.js";
import { findModelFolders } from "./model-folders.js";
import { ModelSlot } from "./model-slot.js";
import { pullModel } from "./pull-model.js";

/** The page's own scheme: unlike file pages it has an origin, so that only this page is let in. */
const PAGE_ORIGIN = "app://page";
const PAGE_FOLDER = fileURLToPath(new URL("./renderer/", import.meta.url));

protocol.registerSchemesAsPrivileged([{ scheme: "app", privileges: { standard: true, secure: true } }]);

const slots: Readonly<Record<ModelPlace, ModelSlot<HostedScorer>>> = {
  first: new ModelSlot<HostedScorer>(start),
  second: new ModelSlot<HostedScorer>(start),
};
/** Whose model the next port is for: a page asks for it as soon as it has opened one. */
let connecting: ModelPlace = "first";
let pulling = new AbortController();
let isClosed = false;

app.on("window-all-closed", () => {
  app.quit();
});
app.on("will-quit", (event) => {
  if (isClosed) return;
  event.preventDefault();
  pulling.abort();
  void Promise.all([slots.first.close(), slots.second.close()]).finally(() => {
    isClosed = true;
    app.quit();
  });
});

await app.whenReady();
protocol.handle("app", servePage);
session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => {
  answer(permission === "clipboard-sanitized-write");
});
session.defaultSession.setPermissionCheckHandler(
  (_contents, permission) => permission === "clipboard-sanitized-write",
);
serveRenderers({
  ipcMain,
  MessageChannelMain,
  scorer: () => slots[connecting].model,
  isAllowed: isOwnPage,
});
handle("desktop:list-models", async () => {
  const folders = await findModelFolders(modelsFolder());
  for (const { path } of folders) offer(path);
  return folders;
});
handle("desktop:choose-folder", async () => {
  const [chosen] = (await dialog.showOpenDialog({ properties: ["openDirectory"] })).filePaths;
  if (chosen !== undefined) offer(chosen);
  return chosen;
});
handle("desktop:open-model", (folder, place, load) => {
  connecting = placeOf(place);
  return slots[connecting].open(folder, loadSettingsOf(load));
});
handle("desktop:close-model", (place) => slots[placeOf(place)].close());
handle("desktop:cancel-open", (place) => {
  slots[placeOf(place)].cancel();
});
handle("desktop:pull-model", async (hubId, type) => {
  pulling.abort();
  pulling = new AbortController();
  const request = { hubId: String(hubId), parent: modelsFolder(), type: String(type) };
  const event = await pullModel(unpacked("./pull-process.mjs"), request, pulling.signal, (step) => {
    if ("progress" in step) tellProgress(step.progress);
  });
  if ("modelDir" in event) offer(event.modelDir);
  return event;
});
handle("desktop:cancel-pull", () => {
  pulling.abort();
});
openWindow();

function start(folder: string, signal: AbortSignal, load: LoadSettings): Promise<HostedScorer> {
  return startScoringHost(folder, {
    utilityProcess,
    onCrash: "retry",
    load: { ...load },
    signal,
    onProgress: tellProgress,
  });
}

function tellProgress(progress: Progress): void {
  for (const window of BrowserWindow.getAllWindows()) window.webContents.send("desktop:progress", progress);
}

function offer(folder: string): void {
  slots.first.offer(folder);
  slots.second.offer(folder);
}

const placeOf = (value: unknown): ModelPlace => (value === "second" ? "second" : "first");

/** A script that a process of its own runs is a real file, outside the app's archive. */
function unpacked(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url)).replace(/app\.asar(?=[\\/])/, "app.asar.unpacked");
}

function openWindow(): void {
  const window = new BrowserWindow({
    width: 1200,
    height: 820,
    webPreferences: {
      preload: fileURLToPath(new URL("./preload.cjs", import.meta.url)),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
    },
  });
  // The page shows text that models wrote: nothing in it may lead anywhere else.
  window.webContents.setWindowOpenHandler(() => ({ action: "deny" }));
  window.webContents.on("will-navigate", (event) => {
    event.preventDefault();
  });
  void window.loadURL(`${PAGE_ORIGIN}/index.html`);
}

/** Files of the page, and nothing outside its folder. */
async function servePage(request: Request): Promise<Response> {
  const file = resolve(PAGE_FOLDER, `.${decodeURIComponent(new URL(request.url).pathname)}`);
  if (!isOwnPage(request.url) || !file.startsWith(resolve(PAGE_FOLDER) + sep)) {
    return new Response(undefined, { status: 404 });
  }
  const response = await net.fetch(pathToFileURL(file).href);
  const headers = new Headers(response.headers);
  headers.set("content-security-policy", CONTENT_SECURITY_POLICY);
  return new Response(response.body, { status: response.status, headers });
}

function isOwnPage(url: string): boolean {
  return url.startsWith(`${PAGE_ORIGIN}/`);
}

function modelsFolder(): string {
  return process.env["LLAMA_REWARD_MODELS"] ?? join(app.getPath("documents"), "reward-models");
}

/** Answers the page's own questions, and nobody else's. */
function handle(channel: string, answer: (...values: unknown[]) => unknown): void {
  ipcMain.handle(channel, (event, ...values: unknown[]) => {
    if (event.senderFrame === null || !isOwnPage(event.senderFrame.url))
      throw new Error("Not for this page.");
    return answer(...values);
  });
}
