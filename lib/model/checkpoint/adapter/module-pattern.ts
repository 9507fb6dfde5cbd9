import { unsupported } from "./adapter-config.js";

/**
 * The patterns that are read: plain characters, `.`, classes, `\d`, `\w`, `\.`, alternatives and groups, with repetitions only of single
 * characters and few of them. They mean the same in Python and here, and none takes long: patterns are data of strangers.
 */
const READABLE = /^(?:[\w\-^$|()]|\\[.dw]|(?:\.|\[[\w-]+\]|\\[dw]|\w)[*+?]|\.|\[[\w-]+\])*$/;
const MOST_REPETITIONS = 4;

/** @throws CheckpointError `CHECKPOINT_UNSUPPORTED` for a pattern that is not read here */
function compile(key: string, source: (key: string) => string): RegExp {
  const repetitions = key.match(/[*+?]/g)?.length ?? 0;
  if (READABLE.test(key) && repetitions <= MOST_REPETITIONS) {
    try {
      return new RegExp(source(key));
    } catch {
      // Refused below, as what is no pattern at all.
    }
  }
  throw unsupported(`the pattern ${JSON.stringify(key)} is not one that this version reads`, {
    pattern: key,
  });
}

/**
 * What patterns say of a module: the first that fits it, at its end, after a dot or at its start.
 * Source: PEFT 0.21.2 peft/utils/other.py, `get_pattern_key`.
 * @returns undefined when none does
 */
export function valueByPattern<T>(patterns: ReadonlyMap<string, T>, module: string): T | undefined {
  for (const [key, value] of patterns) {
    if (compile(key, (text) => `^(?:.*\\.)?(?:${text})$`).test(module)) return value;
  }
  return undefined;
}

/**
 * As PEFT 0.13 chose: the first pattern of either kind that fits decides about both, needs a dot before it, and its alternatives
 * are those of the whole. Source: PEFT 0.13.2 peft/tuners/lora/model.py, `_create_and_replace`.
 */
export function earlierPattern(keys: readonly string[], module: string): string | undefined {
  return keys.find((key) => compile(key, (text) => `^(?:.*\\.${text}$)`).test(module));
}
