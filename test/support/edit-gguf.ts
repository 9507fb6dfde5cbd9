import { createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
// Shared with the script that mutates model folders: reads a file into a tree that says anything, and writes it again.
import { parseGguf, serializeGguf, type GgufTree } from "../../scripts/fuzz/gguf-tree.mjs";

export {
  setNumber,
  setText,
  type GgufTree,
  type TreeEntry,
  type TreeTensor,
} from "../../scripts/fuzz/gguf-tree.mjs";

type Json = Record<string, unknown>;

/**
 * Changes the backbone of a model folder and makes `reward.json` agree with it: size, checksum, and header's checksum, so that only
 * what the file says can give it away.
 */
export async function editBackbone(modelDir: string, change: (gguf: GgufTree) => void): Promise<string> {
  const name = (await readdir(modelDir)).find((file) => file.endsWith(".gguf")) ?? "";
  const file = join(modelDir, name);
  const gguf = parseGguf(await readFile(file));
  change(gguf);
  await writeFile(file, serializeGguf(gguf));
  await reseal(modelDir);
  return file;
}

/** Makes the sizes and checksums of a version 1 `reward.json` those of the files: such a folder knows nothing of headers. */
export async function reseal(modelDir: string): Promise<void> {
  const path = join(modelDir, "reward.json");
  const reward = JSON.parse(await readFile(path, "utf8")) as Json & {
    backbone: { files: Record<string, Json> };
    headFile: Json;
  };
  for (const record of [reward.headFile, ...Object.values(reward.backbone.files)]) {
    const file = join(modelDir, String(record["file"]));
    record["sizeBytes"] = (await stat(file)).size;
    record["sha256"] = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
    delete record["headerSha256"];
  }
  reward["schemaVersion"] = 1;
  await writeFile(path, JSON.stringify(reward));
}
