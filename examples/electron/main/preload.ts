import { contextBridge, ipcRenderer } from "electron";
import { exposeScoring } from "llama-reward/electron/preload";
import type { Progress } from "llama-reward/electron/renderer";
import type { DesktopBridge } from "../renderer/electron-backend.js";

exposeScoring({ contextBridge, ipcRenderer });

const desktop: DesktopBridge = {
  listModels: () => ipcRenderer.invoke("desktop:list-models") as ReturnType<DesktopBridge["listModels"]>,
  chooseFolder: () =>
    ipcRenderer.invoke("desktop:choose-folder") as ReturnType<DesktopBridge["chooseFolder"]>,
  openModel: (path, place, load) =>
    ipcRenderer.invoke("desktop:open-model", String(path), String(place), { ...load }) as ReturnType<
      DesktopBridge["openModel"]
    >,
  closeModel: (place) => ipcRenderer.invoke("desktop:close-model", String(place)) as Promise<void>,
  cancelOpen: (place) => {
    void ipcRenderer.invoke("desktop:cancel-open", String(place));
  },
  pullModel: (hubId, type) =>
    ipcRenderer.invoke("desktop:pull-model", String(hubId), String(type)) as ReturnType<
      DesktopBridge["pullModel"]
    >,
  cancelPull: () => {
    void ipcRenderer.invoke("desktop:cancel-pull");
  },
  onProgress: (listener) => {
    ipcRenderer.on("desktop:progress", (_event, progress: Progress) => {
      listener(progress);
    });
  },
};
contextBridge.exposeInMainWorld("desktop", desktop);
