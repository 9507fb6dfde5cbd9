import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { convertCheckpoint } from "../lib/convert/index.js";
import { CHECKPOINTS, temporaryFolder } from "./support/fixtures.js";

const MODELS = join(import.meta.dirname, "fixtures", "models");

// If one fails after a change of the converter that is meant: `npm run make:tiny`.
it.each([
  ["tiny-grm", "grm-llama3.2-tiny"],
  ["tiny-urm", "urm-llama3.1-tiny"],
])("the tiny model %s is, byte for byte, what the converter makes of %s", async (name, fixture) => {
  const made = join(await temporaryFolder(), name);
  await convertCheckpoint(join(CHECKPOINTS, fixture), made);
  const files = (await readdir(made)).sort();
  expect((await readdir(join(MODELS, name))).sort()).toEqual(files);
  for (const file of files) {
    const [fresh, committed] = await Promise.all([
      readFile(join(made, file)),
      readFile(join(MODELS, name, file)),
    ]);
    expect(fresh.equals(committed), file).toBe(true);
  }
});
