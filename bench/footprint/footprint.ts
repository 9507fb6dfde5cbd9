/** What a process that loads a model and scores some conversations takes. */
export interface Footprint {
  /** From the call to a model that can score. */
  loadSeconds: number;
  scoreSeconds: number;
  /** Largest resident size when the model was loaded, and in the end: pages of the model's file are in it as far as they were read. */
  loadedPeakBytes: number;
  peakBytes: number;
  /** Resident in the end without what is read from files: not known where the system does not tell. */
  anonymousBytes?: number | undefined;
}

/** What such a process is started with, as JSON. */
export interface FootprintSetup {
  modelDir: string;
  threads: number;
  prefill: "auto" | "off";
}
