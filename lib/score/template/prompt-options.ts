import type { NativeModel } from "../native/native-addon.js";
import type { Truncation } from "./truncate.js";

/** The part of the native model that prompts need. */
export type Tokenizer = Pick<NativeModel, "tokenize" | "specialTokens" | "longestToken">;

/** How to build prompts, beyond what the model's `reward.json` says. */
export interface PromptOptions {
  /** `reference`: as the model's published usage; `once`: a leading run of BOS becomes one; `none`: it goes. */
  bos: "reference" | "once" | "none";
  /** Whether special tokens spelled in a message become those tokens (as in the published usage) or stay text. */
  specialTokens: "parse" | "literal";
  truncate: Truncation;
  /** Most tokens of one prompt. */
  contextLength: number;
}
