// Converts one mutant after the other. Arguments: the built package, the folder to work in.

import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { mutateCheckpoint } from "./mutate-checkpoint.mjs";
import { randomFrom } from "./random.mjs";
import { outcomeOfError, serveCases } from "./serve-cases.mjs";

const [dist, work] = process.argv.slice(2);
const { convertCheckpoint, verifyTensors } = await import(pathToFileURL(join(dist, "convert/index.js")).href);
const folder = join(work, String(process.pid));

serveCases(async ({ seed, fixture }) => {
  rmSync(folder, { recursive: true, force: true });
  const checkpoint = join(folder, "checkpoint");
  mkdirSync(folder, { recursive: true });
  cpSync(fixture, checkpoint, { recursive: true, filter: (file) => !file.endsWith("expected.json") });
  const done = mutateCheckpoint(checkpoint, randomFrom(seed)).join("; ");
  const model = join(folder, "model");
  const outcome = await convert(checkpoint, model);
  const left = readdirSync(folder).filter(
    (name) => name !== "checkpoint" && !(outcome.kind === "converted" && name === "model"),
  );
  if (left.length > 0) return { kind: "left", detail: `${left.join()} after ${outcome.kind}; ${done}` };
  return { ...outcome, detail: `${outcome.detail ?? ""} | ${done}` };
});

/** A mutant that converts must also pass the comparison of every tensor with what it was made from. */
async function convert(checkpoint, model) {
  try {
    await convertCheckpoint(checkpoint, model);
  } catch (error) {
    return outcomeOfError(error);
  }
  const { passed, faults } = await verifyTensors(model, checkpoint);
  return passed ? { kind: "converted" } : { kind: "differs", detail: faults[0]?.message };
}
