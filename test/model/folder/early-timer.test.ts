import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { recallChecksum, rememberFiles } from "../../../lib/model/folder/checksum-memory.js";
import { temporaryFolder } from "../../support/fixtures.js";

/** Timers count from the turn's beginning, in whole milliseconds: by the clock of files they may come early. */
const EARLY_MS = 3;

vi.mock(import("node:timers/promises"), async (original) => {
  const real = await original();
  const early = (ms = 0): Promise<void> => real.setTimeout(Math.max(0, ms - EARLY_MS));
  return { ...real, setTimeout: early as typeof real.setTimeout };
});

it("a file just written is remembered although the timer came early", async () => {
  const directory = await temporaryFolder();
  const file = "weights";
  await writeFile(join(directory, file), "weights");
  const sha256 = "0".repeat(64);
  await rememberFiles(directory, [{ file, sizeBytes: 7, sha256 }]);
  expect(await recallChecksum(join(directory, file))).toBe(sha256);
});
