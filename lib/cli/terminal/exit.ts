import { HeadLoadError, InvalidArgumentError, ModelLoadError, TemplateError } from "../../errors.js";
import { Interrupted } from "./cli-io.js";
import { ClosedOutput } from "./line-writer.js";
import { messageOf, codeOf } from "../../util/caught.js";

/** Exit statuses of the contract. */
export const EXIT = { ok: 0, failed: 1, unusable: 2, someFailed: 3, interrupted: 130 } as const;

/** The exit status that an error ends the program with. */
export function exitStatus(error: unknown): number {
  if (error instanceof Interrupted) return EXIT.interrupted;
  const isUnusable =
    error instanceof InvalidArgumentError ||
    error instanceof ModelLoadError ||
    error instanceof HeadLoadError ||
    error instanceof TemplateError;
  return isUnusable ? EXIT.unusable : EXIT.failed;
}

/**
 * What stderr says of an error: one line `llama-reward: CODE: message`, the stack behind it with `debug`.
 * @returns undefined when there is nobody to tell: the reader of the output has gone
 */
export function errorText(error: unknown, debug: boolean): string | undefined {
  if (error instanceof ClosedOutput) return undefined;
  const code = codeOf(error) ?? nameOf(error);
  const message = messageOf(error);
  const line = `llama-reward: ${code}: ${message.replace(/\s*[\r\n]+\s*/g, " ")}`;
  return debug && error instanceof Error ? `${line}\n${stackOf(error)}` : line;
}

function nameOf(error: unknown): string {
  return error instanceof Interrupted ? "INTERRUPTED" : "UNEXPECTED";
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : "";
  return (error.stack ?? String(error)) + cause;
}
