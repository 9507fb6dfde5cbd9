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
import { serveRenderers, startScoringHost, type HostedScorer } from "llama-reward/electron";
import { CONTENT_SECURITY_POLICY } from "./content-security-policy.js";
import { findModelFolders } from "./model-folders.js";
import { ModelSlot } from "./model-slot.js";

/** The page's own scheme: unlike file pages it has an origin, so that only this page is let in. */
const PAGE_ORIGIN = "app://page";
const PAGE_FOLDER = fileURLToPath(new URL("./renderer/", import.meta.url));

protocol.registerSchemesAsPrivileged([{ scheme: "app", privileges: { standard: true, secure: true } }]);

const slot = new ModelSlot<HostedScorer>(start);
let isClosed = false;

app.on("window-all-closed", () => {
  app.quit();
});
app.on("will-quit", (event) => {
  if (isClosed) return;
  event.preventDefault();
  void slot.close().finally(() => {
    isClosed = true;
    app.quit();
  });
});

await app.whenReady();
protocol.handle("app", servePage);
session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => {
  answer(false);
});
session.defaultSession.setPermissionCheckHandler(() => false);
serveRenderers({
  ipcMain,
  MessageChannelMain,
  scorer: () => slot.model,
  isAllowed: isOwnPage,
});
handle("desktop:list-models", async () => {
  const folders = await findModelFolders(modelsFolder());
  for (const { path } of folders) slot.offer(path);
  return folders;
});
handle("desktop:choose-folder", async () => {
  const [chosen] = (await dialog.showOpenDialog({ properties: ["openDirectory"] })).filePaths;
  if (chosen !== undefined) slot.offer(chosen);
  return chosen;
});
handle("desktop:open-model", (folder) => slot.open(folder));
handle("desktop:cancel-open", () => {
  slot.cancel();
});
openWindow();

function start(folder: string, signal: AbortSignal): Promise<HostedScorer> {
  return startScoringHost(folder, {
    utilityProcess,
    onCrash: "retry",
    signal,
    onProgress: (progress) => {
      for (const window of BrowserWindow.getAllWindows())
        window.webContents.send("desktop:progress", progress);
    },
  });
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
function handle(channel: string, answer: (argument: unknown) => unknown): void {
  ipcMain.handle(channel, (event, argument: unknown) => {
    if (event.senderFrame === null || !isOwnPage(event.senderFrame.url))
      throw new Error("Not for this page.");
    return answer(argument);
  });
}
