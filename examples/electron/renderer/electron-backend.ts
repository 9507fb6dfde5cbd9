import { connectScoring, type Progress, type ScorerClient } from "llama-reward/electron/renderer";
import type { Backend, ModelFolder, ModelPlace, PullType } from "./backend.js";
import type { PullEvent } from "./model/pull-events.js";
import type { LoadSettings } from "./workspace/settings.js";

/** What `main/preload.ts` exposes as `window.desktop`. */
export interface DesktopBridge {
  listModels(): Promise<ModelFolder[]>;
  chooseFolder(): Promise<string | undefined>;
  /** @returns an error message, or undefined when the model is open; the next port that is asked for is this model's */
  openModel(path: string, place: ModelPlace, load: LoadSettings): Promise<string | undefined>;
  closeModel(place: ModelPlace): Promise<void>;
  cancelOpen(place: ModelPlace): void;
  pullModel(hubId: string, type: PullType): Promise<PullEvent>;
  cancelPull(): void;
  onProgress(listener: (progress: Progress) => void): void;
}

/** Electron's backend: files through the narrow bridge, scoring over a port for every open model. */
export function electronBackend(desktop: DesktopBridge): Backend {
  const open = new Map<ModelPlace, ScorerClient>();
  let report: (progress: Progress) => void = () => undefined;
  let turn: Promise<unknown> = Promise.resolve();
  desktop.onProgress((progress) => {
    report(progress);
  });
  /** Runs one call at a time, with its progress: a port is that of the model opened last. */
  const inTurn = <T>(
    { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: Progress) => void },
    cancel: () => void,
    call: () => Promise<T>,
  ): Promise<T> => {
    const result = turn.then(async () => {
      signal.throwIfAborted();
      report = onProgress;
      signal.addEventListener("abort", cancel, { once: true });
      try {
        return await call();
      } finally {
        signal.removeEventListener("abort", cancel);
      }
    });
    turn = result.catch(() => undefined);
    return result;
  };
  return {
    listModels: () => desktop.listModels(),
    chooseFolder: () => desktop.chooseFolder(),
    closeModel: async (place) => {
      await open.get(place)?.dispose();
      open.delete(place);
      await desktop.closeModel(place);
    },
    openModel: (path, options) => {
      const { place, load, signal } = options;
      const cancel = (): void => {
        desktop.cancelOpen(place);
      };
      return inTurn(options, cancel, async () => {
        await open.get(place)?.dispose();
        open.delete(place);
        const problem = await desktop.openModel(path, place, load);
        signal.throwIfAborted();
        if (problem !== undefined) throw new Error(problem);
        const client = await connectScoring();
        open.set(place, client);
        return client;
      });
    },
    pullModel: (hubId, options) => {
      const cancel = (): void => {
        desktop.cancelPull();
      };
      return inTurn(options, cancel, async () => {
        const event = await desktop.pullModel(hubId, options.type);
        options.signal.throwIfAborted();
        if ("modelDir" in event) return event.modelDir;
        throw new Error("problem" in event ? event.problem : "The download ended before its end.");
      });
    },
  };
}
