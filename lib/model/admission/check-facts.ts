import { HeadLoadError } from "../../errors.js";

/** What `reward.json` knows of a backbone, apart from its files. */
export interface BackboneFacts {
  /** GGUF architecture name. */
  architecture: string;
  hiddenSize: number;
  layerCount: number;
  vocabSize: number;
  /** Longest input; a file may allow more. */
  contextLength: number;
}

/**
 * Checks that a GGUF is the backbone that a head was made for: a head on another model's hidden states gives plausible, wrong
 * rewards.
 * @throws HeadLoadError `HEAD_MISMATCH` naming what differs
 */
export function checkFacts(file: string, found: BackboneFacts, expected: BackboneFacts): void {
  const fields = ["architecture", "hiddenSize", "layerCount", "vocabSize"] as const;
  const differing = fields.filter((field) => found[field] !== expected[field]);
  if (differing.length === 0) return;
  throw new HeadLoadError(
    "HEAD_MISMATCH",
    `${file} is not the backbone of this head: ` +
      differing.map((field) => `${field} is ${found[field]}, expected ${expected[field]}`).join("; ") +
      ". Convert the checkpoint again instead of exchanging files.",
    { details: { file, differing } },
  );
}
