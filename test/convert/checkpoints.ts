import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import { openSafetensors } from "../../lib/formats/safetensors/safetensors.js";
import { encodeSafetensors, type TensorData } from "../../lib/formats/safetensors/safetensors-writer.js";

const FIXTURES = path.join(import.meta.dirname, "..", "fixtures", "checkpoints");

/** Folder of a fixture checkpoint. */
export function fixture(name: string): string {
  return path.join(FIXTURES, name);
}

/** A folder that is removed after the test file. */
export async function scratchFolder(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "llama-reward-convert-"));
  afterAll(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A copy of a fixture that a test may damage. */
export async function copyFixture(name: string, target: string): Promise<string> {
  await cp(fixture(name), target, { recursive: true });
  return target;
}

/** Rewrites `config.json`. */
export async function editConfig(directory: string, changes: Record<string, unknown>): Promise<void> {
  const file = path.join(directory, "config.json");
  const config = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...config, ...changes }));
}

/** Rewrites the tensors of `model.safetensors` (or another safetensors file). */
export async function editTensors(
  directory: string,
  edit: (tensors: Map<string, TensorData>) => void,
  name = "model.safetensors",
): Promise<void> {
  const file = path.join(directory, name);
  const reader = await openSafetensors(file);
  const tensors = new Map<string, TensorData>();
  for (const tensor of reader.tensors.values()) {
    tensors.set(tensor.name, { ...tensor, bytes: await reader.readBytes(tensor.name) });
  }
  await reader.close();
  edit(tensors);
  await writeFile(file, encodeSafetensors([...tensors.values()]));
}
