import type { Progress, Scorer } from "llama-reward/electron/renderer";

/** A model folder the user may open. */
export interface ModelFolder {
  path: string;
  name: string;
  /** Head and storage type, for display. */
  summary: string;
}

export interface OpenOptions {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** What the page needs from the program around it: Electron's main process, or the dev server. */
export interface Backend {
  listModels(): Promise<ModelFolder[]>;
  /**
   * Asks with the system's folder dialog, where there is one: only what it gives, and what is listed, can be opened then.
   * Undefined when the user thought better of it.
   */
  chooseFolder?: () => Promise<string | undefined>;
  /** Opens a model in place of the one before. */
  openModel(path: string, options: OpenOptions): Promise<Scorer>;
}
