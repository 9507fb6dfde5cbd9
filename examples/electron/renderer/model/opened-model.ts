import type { Scorer } from "llama-reward/electron/renderer";
import type { LoadSettings } from "../workspace/settings.js";

/** A model that is open, and how it was opened. */
export interface OpenedModel {
  path: string;
  load: LoadSettings;
  scorer: Scorer;
}
