import {
  HeadLoadError,
  InvalidArgumentError,
  ModelLoadError,
  RewardError,
  TemplateError,
} from "../../errors.js";
import { printableLine } from "./printable.js";
import { styled } from "./style.js";
import { Interrupted } from "./cli-io.js";
import { ClosedOutput } from "./line-writer.js";
import { messageOf, codeOf } from "../../util/caught.js";
import { commandLine } from "../../util/command-line.js";

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

/** How an error is told. */
export interface ErrorTextOptions {
  /** With the stack. */
  debug?: boolean;
  isColored?: boolean;
  /** The command line, for the one that would work. */
  args?: readonly string[];
}

/**
 * What stderr says of an error: one line `llama-reward: CODE: message`, the stack behind it with `debug`.
 * @returns undefined when there is nobody to tell: the reader of the output has gone
 */
export function errorText(
  error: unknown,
  { debug = false, isColored = false, args = [] }: ErrorTextOptions = {},
): string | undefined {
  if (error instanceof ClosedOutput) return undefined;
  const code = codeOf(error) ?? nameOf(error);
  const message = printableLine(messageOf(error).replace(/\s*[\r\n]+\s*/g, " ") + advice(error, args));
  const line = `${styled(isColored, "strong", "llama-reward:")} ${styled(isColored, "bad", `${code}:`)} ${message}`;
  return debug && error instanceof Error ? `${line}\n${stackOf(error)}` : line;
}

/** The command line that would work, where an error knows what was meant instead of one of its words. */
function advice(error: unknown, args: readonly string[]): string {
  const { given, instead } = error instanceof RewardError ? error.details : {};
  if (typeof given !== "string" || typeof instead !== "string" || !args.includes(given)) return "";
  const words = args.map((word) => (word === given ? instead : word));
  return ` Run: ${commandLine(words)}`;
}

function nameOf(error: unknown): string {
  return error instanceof Interrupted ? "INTERRUPTED" : "UNEXPECTED";
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : "";
  return (error.stack ?? String(error)) + cause;
}
