import type { Progress, Scorer } from "llama-reward/electron/renderer";
import type { LoadSettings } from "./workspace/settings.js";

/** A folder the user may open, or would if it were not for its problem. */
export interface ModelFolder {
  path: string;
  name: string;
  /** Head and storage type, for display. */
  summary: string;
  /** Why it cannot be opened, and what to do. */
  problem?: string;
}

/** Two models can be open at once, to be compared on the same answers. */
export type ModelPlace = "first" | "second";

export interface OpenOptions {
  place: ModelPlace;
  load: LoadSettings;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** Types a model can be kept in, as `pull` has them. */
export type PullType = "auto" | "q8_0" | "q4_k_m";

export interface PullOptions {
  type: PullType;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/** What the page needs from the program around it: Electron's main process, or the dev server. */
export interface Backend {
  /** Model folders, and what lies beside them but cannot be used. */
  listModels(): Promise<ModelFolder[]>;
  /**
   * Asks with the system's folder dialog, where there is one: only what it gives, and what is listed, can be opened then.
   * Undefined when the user thought better of it.
   */
  chooseFolder?: () => Promise<string | undefined>;
  /** Opens a model in place of the one before. */
  openModel(path: string, options: OpenOptions): Promise<Scorer>;
  closeModel(place: ModelPlace): Promise<void>;
  /** Downloads and converts a model of the Hub into the folder of models. @returns its folder */
  pullModel(hubId: string, options: PullOptions): Promise<string>;
}
