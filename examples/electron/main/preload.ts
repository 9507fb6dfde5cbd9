import { contextBridge, ipcRenderer } from "electron";
import { exposeScoring } from "llama-reward/electron/preload";
import type { Progress } from "llama-reward/electron/renderer";
import type { DesktopBridge } from "../renderer/electron-backend.js";

exposeScoring({ contextBridge, ipcRenderer });

const desktop: DesktopBridge = {
  listModels: () => ipcRenderer.invoke("desktop:list-models") as ReturnType<DesktopBridge["listModels"]>,
  chooseFolder: () =>
    ipcRenderer.invoke("desktop:choose-folder") as ReturnType<DesktopBridge["chooseFolder"]>,
  openModel: (path) =>
    ipcRenderer.invoke("desktop:open-model", String(path)) as ReturnType<DesktopBridge["openModel"]>,
  cancelOpen: () => {
    void ipcRenderer.invoke("desktop:cancel-open");
  },
  onProgress: (listener) => {
    ipcRenderer.on("desktop:progress", (_event, progress: Progress) => {
      listener(progress);
    });
  },
};
contextBridge.exposeInMainWorld("desktop", desktop);
