import type { BackboneType, QuantizedType } from "../../model/architecture/backbone-type.js";
import type { RecordOptions, ReferenceSet } from "./reference-set.js";
import type { TrialFolder } from "./trial-folder.js";

/** A backbone to quantize by what records need. */
export interface FittedJob extends Omit<RecordOptions, "records"> {
  /** Unquantized. */
  input: string;
  sourceType: BackboneType;
  output: string;
  type: QuantizedType;
  set: ReferenceSet;
  /** Largest error of a reward, in standard deviations of the rewards. */
  maxError?: number | undefined;
  /** Largest size, as a share of what the input takes in 16 bits. Without it there is no limit. */
  maxSize?: number | undefined;
  trial: TrialFolder;
  /** A file to write mixtures to. */
  scratch: string;
}

/** What came of it. */
export interface Fitted {
  /** Matrices kept in 16 bits. */
  kept: string[];
  /** Largest error of the records' rewards, where it was measured. */
  largestError?: number;
}
