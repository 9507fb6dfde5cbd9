/**
 * The best of several answers: sampled from any generator, chosen by a reward model.
 * @module llama-reward/best-of
 */
export { bestOf, type BestOfOptions, type GenerateCall } from "./best-of.js";
export type { Amounts } from "./amounts.js";
export type { Bounds, Candidate } from "./candidate.js";
export type { BestOf, Choice, FailedSample } from "./choose-best.js";
export type { Sample } from "./sample.js";
