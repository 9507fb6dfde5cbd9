import type { LoadOptions } from "./load-options.js";

/** Turns what a user calls a model into the folder where it lies. */
export type ModelFinder = (
  name: string,
  options: Pick<LoadOptions, "type" | "onProgress" | "signal">,
) => Promise<string>;

let finder: ModelFinder = (name) => Promise.resolve(name);

/**
 * Sets who finds models for `RewardModel.load`, in the whole process. Opening a folder knows nothing of downloads: entries that offer
 * both bring them together.
 */
export function setModelFinder(value: ModelFinder): void {
  finder = value;
}

/** The folder of a model. @throws what the finder throws */
export const findModel: ModelFinder = (name, options) => finder(name, options);
