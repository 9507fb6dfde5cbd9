import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { inspect, type Inspection } from "llama-reward/check";
import type { ModelFolder } from "../renderer/backend.js";
import { headName } from "../renderer/ui/format.js";

/** Files by which a folder is a model of some kind, usable here or not. */
const MODEL_FILE = /^(reward\.json|config\.json|adapter_config\.json|.+\.(gguf|safetensors))$/i;

/** Model folders among the subfolders of a folder, and the folder itself if it is one; and what cannot be used, with the reason. */
export async function findModelFolders(parent: string): Promise<ModelFolder[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const paths = [
    parent,
    ...entries
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith("."))
      .map(({ name }) => join(parent, name)),
  ];
  const folders = (await Promise.all(paths.map(describe))).filter((folder) => folder !== undefined);
  return folders.sort(
    (a, b) =>
      Number(a.problem !== undefined) - Number(b.problem !== undefined) || a.name.localeCompare(b.name),
  );
}

/** Reads descriptions, no weights: opening the model checks the folder properly. */
async function describe(path: string): Promise<ModelFolder | undefined> {
  const files = await readdir(path).catch(() => []);
  const modelFiles = files.filter((name) => MODEL_FILE.test(name));
  if (modelFiles.length === 0) return undefined;
  if (modelFiles.every((name) => /\.gguf$/i.test(name))) {
    return unusable(
      path,
      `A GGUF file without its head: make a model folder with \`llama-reward convert <hf-dir> <model-dir> --backbone ${join(path, modelFiles[0] ?? "")}\`.`,
    );
  }
  if (!modelFiles.includes("reward.json")) {
    return unusable(
      path,
      modelFiles.includes("adapter_config.json")
        ? `An adapter: merge it with its base with \`llama-reward convert ${path} <model-dir> --base <folder or hub-id>\`.`
        : `A checkpoint as it is published: convert it with \`llama-reward convert ${path} <model-dir>\`.`,
    );
  }
  try {
    return describeInspected(path, await inspect(path));
  } catch (error) {
    return unusable(path, error instanceof Error ? error.message : String(error));
  }
}

function describeInspected(
  path: string,
  { name, head, architecture, backbones, verdict }: Inspection,
): ModelFolder {
  const type = backbones.find(({ isDefault }) => isDefault)?.type;
  const facts = [head === null ? undefined : headName(head.kind), architecture, type];
  const summary = facts.filter((fact) => fact !== undefined).join(" · ");
  // What inspect says of a folder that loading would refuse.
  const isRefused = /^(Missing|Cannot be loaded)/.test(verdict);
  return { path, name, summary, ...(isRefused ? { problem: verdict } : {}) };
}

const unusable = (path: string, problem: string): ModelFolder => ({
  path,
  name: basename(path),
  summary: "",
  problem,
});
