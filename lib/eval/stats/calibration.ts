import { bisect } from "simple-statistics";
import { InvalidArgumentError } from "../../errors.js";
import { bradleyTerry } from "../../score/pipeline/compare.js";
import { seededDraw, shuffled } from "./random.js";
import { meanOf } from "./mean.js";

/** One bar of the calibration curve. */
export interface CalibrationBin {
  /** Confidence range of the bin, from 0.5 to 1. */
  low: number;
  high: number;
  count: number;
  /** Mean confidence of its pairs, max(p, 1 − p). */
  confidence: number;
  /** Share of its pairs where the answer with the higher reward is the chosen one. */
  accuracy: number;
}

const BIN_COUNT = 10;

/** Bins pairs by confidence. @param margins reward(chosen) − reward(rejected), finite */
export function calibrationBins(margins: readonly number[], temperature = 1): CalibrationBin[] {
  const width = 0.5 / BIN_COUNT;
  const sums = Array.from({ length: BIN_COUNT }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const margin of margins) {
    const confidence = bradleyTerry(Math.abs(margin), temperature);
    const bin = sums[Math.min(BIN_COUNT - 1, Math.floor((confidence - 0.5) / width))];
    if (bin === undefined) continue;
    bin.count++;
    bin.confidence += confidence;
    // An equal pair is a coin toss at confidence ½.
    bin.right += margin > 0 ? 1 : margin === 0 ? 0.5 : 0;
  }
  return sums.map(({ count, confidence, right }, index) => ({
    low: 0.5 + index * width,
    high: 0.5 + (index + 1) * width,
    count,
    confidence: confidence / count,
    accuracy: right / count,
  }));
}

/** Expected calibration error: mean |accuracy − confidence| over the bins, weighted by their pairs. Source: arXiv 1706.04599. */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins
    .filter(({ count }) => count > 0)
    .reduce((sum, bin) => sum + (bin.count / total) * Math.abs(bin.accuracy - bin.confidence), 0);
}

/** Mean negative log-likelihood of the labels: mean log(1 + e^(−margin / temperature)). */
export function logLoss(margins: readonly number[], temperature = 1): number {
  const sum = margins.reduce((total, margin) => {
    const scaled = margin / temperature;
    // log(1 + e^−x) = max(−x, 0) + log(1 + e^−|x|), which cannot overflow.
    return total + Math.max(-scaled, 0) + Math.log1p(Math.exp(-Math.abs(scaled)));
  }, 0);
  return sum / margins.length;
}

/** Inverse temperatures searched: 1/T from flat coin tosses to certainty, in units of 1 / mean |margin|. */
const LARGEST_INVERSE = 1e4;
const MAX_STEPS = 200;

/**
 * The temperature that makes Bradley-Terry probabilities fit the labels: minimises the log-loss, which is convex in 1/T,
 * by bisection on its derivative.
 * @throws InvalidArgumentError no temperature fits: the margins separate the labels perfectly (T → 0), or say nothing
 * about them (T → ∞)
 * @example
 * ```ts
 * import { fitTemperature } from "llama-reward/eval";
 *
 * console.log(fitTemperature([2, 1.5, -0.5, 3, -1, 2.5]));
 * ```
 */
export function fitTemperature(margins: readonly number[]): number {
  const scale = meanOf(margins.map(Math.abs));
  const unit = margins.map((margin) => margin / scale);
  // d/dβ of mean log(1 + e^(−βm)) = −mean(m / (1 + e^(βm))); it rises with β.
  const slope = (inverse: number): number =>
    -meanOf(unit.map((margin) => margin / (1 + Math.exp(inverse * margin))));
  if (!(slope(0) < 0)) {
    throw new InvalidArgumentError(
      `No temperature fits these ${margins.length} pairs: their margins do not favour the chosen answers on average. ` +
        "Check that chosen and rejected are not swapped.",
    );
  }
  if (unit.every((margin) => margin >= 0) || !(slope(LARGEST_INVERSE) > 0)) {
    throw new InvalidArgumentError(
      `No temperature fits these ${margins.length} pairs: none (or hardly any) is ranked wrongly, so every smaller ` +
        "temperature fits better. Use more, or harder, pairs.",
    );
  }
  return scale / bisect(slope, 0, LARGEST_INVERSE, MAX_STEPS, 1e-12);
}

/** A temperature and how well it does on pairs that it was not fitted on. */
export interface Calibration {
  temperature: number;
  /** Pairs the temperature was fitted on. */
  fittedPairs: number;
  /** Pairs kept back for the figures below. */
  heldOutPairs: number;
  before: CalibrationQuality;
  after: CalibrationQuality;
}

/** How well probabilities fit held-out pairs. */
export interface CalibrationQuality {
  expectedCalibrationError: number;
  logLoss: number;
}

/** Fewer pairs than this give a temperature that is mostly chance. */
export const MIN_CALIBRATION_PAIRS = 20;

/**
 * Fits the temperature on a random half of the pairs and measures it on the other half.
 * @throws InvalidArgumentError fewer than 20 pairs, or no temperature fits
 * @example
 * ```ts
 * import { calibrate } from "llama-reward/eval";
 *
 * const margins = Array.from({ length: 40 }, (_, index) => (index % 4 === 0 ? -1 : 2));
 * const { temperature, after } = calibrate(margins);
 * console.log(temperature, after.expectedCalibrationError);
 * ```
 */
export function calibrate(margins: readonly number[], seed = 1): Calibration {
  const finite = margins.filter((margin) => Number.isFinite(margin));
  if (finite.length < MIN_CALIBRATION_PAIRS) {
    throw new InvalidArgumentError(
      `Expected at least ${MIN_CALIBRATION_PAIRS} scored pairs for a calibration but received ${finite.length}.`,
    );
  }
  const order = shuffled(finite, seededDraw(seed));
  const half = Math.floor(order.length / 2);
  const fitted = order.slice(0, half);
  const heldOut = order.slice(half);
  const temperature = fitTemperature(fitted);
  return {
    temperature,
    fittedPairs: fitted.length,
    heldOutPairs: heldOut.length,
    before: quality(heldOut, 1),
    after: quality(heldOut, temperature),
  };
}

function quality(margins: readonly number[], temperature: number): CalibrationQuality {
  return {
    expectedCalibrationError: expectedCalibrationError(calibrationBins(margins, temperature)),
    logLoss: logLoss(margins, temperature),
  };
}
