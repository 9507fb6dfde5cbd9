import { Interrupted, type CliIo } from "../terminal/cli-io.js";
import { tell } from "../terminal/printable.js";
import type { OutputOptions } from "./command-options.js";

/**
 * Does work that can be continued, and says so when it is interrupted.
 * @param out what holds the work done so far; undefined where nothing does
 */
export async function resumable<T>(
  io: CliIo,
  { out, quiet }: OutputOptions & { out?: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Interrupted && out !== undefined && quiet !== true) {
      tell(io.stderr, "What is done so far is kept: the same command with --resume continues it.");
    }
    throw error;
  }
}
