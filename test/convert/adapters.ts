import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { copyFixture, editTensors } from "./checkpoints.js";

const FIXTURES = path.join(import.meta.dirname, "..", "fixtures", "adapters");

/** An adapter's `expected.json`: rewards of PEFT's own merged model, see test/reference/adapters. */
export interface ExpectedMerge {
  /** Fixture checkpoint whose backbone is the base. */
  base: string;
  peft: string;
  /** By the id of a case of the base's own `expected.json`. */
  rewards: Record<string, number>;
}

/** Folder of a fixture adapter. */
export function adapterFixture(name: string): string {
  return path.join(FIXTURES, name);
}

export async function readExpectedMerge(name: string): Promise<ExpectedMerge> {
  return JSON.parse(await readFile(path.join(FIXTURES, name, "expected.json"), "utf8")) as ExpectedMerge;
}

/** The base of a fixture adapter: a fixture checkpoint as the language model that it was before it got its head. */
export async function makeBase(checkpoint: string, target: string): Promise<string> {
  await copyFixture(checkpoint, target);
  await editTensors(target, (tensors) => {
    for (const name of tensors.keys()) if (name.startsWith("score.")) tensors.delete(name);
  });
  return target;
}

/** A copy of a fixture adapter that a test may damage. */
export async function copyAdapter(name: string, target: string): Promise<string> {
  await cp(adapterFixture(name), target, { recursive: true });
  return target;
}

export async function editAdapterConfig(
  directory: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const file = path.join(directory, "adapter_config.json");
  const config = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...config, ...changes }));
}
