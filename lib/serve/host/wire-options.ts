import { InvalidArgumentError } from "../../errors.js";
import type { ScoreOptions } from "../../score/score.js";
import type { WireOptions } from "./protocol.js";

/** Complete on purpose: a new option does not compile until it is decided here whether it travels. */
const KNOWN: Readonly<Record<keyof ScoreOptions, true>> = {
  signal: true,
  onProgress: true,
  emit: true,
  caller: true,
  // Kept on this side, as an abort: it holds for a host that hangs, too.
  timeoutMs: true,
};

/**
 * The part of a call's options that travels; the scorer checks its values.
 * @throws InvalidArgumentError an unknown option name, which would otherwise do nothing, silently
 */
export function wireOptions(options: ScoreOptions): WireOptions {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(KNOWN, name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(
      `Expected options among ${Object.keys(KNOWN).join(", ")} but received ${unknown}.`,
    );
  }
  return {
    emit: [...(options.emit ?? [])],
    progress: options.onProgress !== undefined,
    ...(options.caller === undefined ? {} : { caller: options.caller }),
  };
}
