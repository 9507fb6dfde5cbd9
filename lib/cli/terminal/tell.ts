import type { Writable } from "node:stream";
import { printable } from "./printable.js";

/** A line for people, beside the results. */
export function tell(stderr: Writable, text: string): void {
  stderr.write(`${printable(text)}\n`);
}
