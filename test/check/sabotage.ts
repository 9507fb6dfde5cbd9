import { createHash } from "node:crypto";
import { cp, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readGgufHeader } from "../../lib/formats/gguf/gguf-reader.js";
import { CHECKPOINTS } from "../support/fixtures.js";

type Json = Record<string, unknown>;

/** A model folder that tests damage. Damages keep the recorded checksums right, so that only a look inside finds them. */
export class Victim {
  constructor(readonly directory: string) {}

  /** Changes `reward.json`. */
  async editReward(change: (reward: Record<string, Json>) => void): Promise<void> {
    const file = join(this.directory, "reward.json");
    const reward = JSON.parse(await readFile(file, "utf8")) as Record<string, Json>;
    change(reward);
    await writeFile(file, JSON.stringify(reward));
  }

  /** Changes the bytes of a tensor of the backbone. */
  async editTensor(name: string, change: (bytes: Buffer) => void): Promise<void> {
    const path = await this.backbone();
    const tensor = (await readGgufHeader(path)).tensors.get(name);
    if (tensor?.sizeBytes === undefined) throw new Error(`no tensor ${name}`);
    const { offset, sizeBytes } = tensor;
    await this.#editFile(path, (bytes) => {
      change(bytes.subarray(offset, offset + sizeBytes));
    });
  }

  /** Exchanges the first places where two texts of equal length stand in the backbone's metadata. */
  async swapInHeader(a: Buffer, b: Buffer): Promise<void> {
    await this.#editFile(await this.backbone(), (bytes) => {
      const [first, second] = [bytes.indexOf(a), bytes.indexOf(b)];
      if (first < 0 || second < 0) throw new Error("not found");
      b.copy(bytes, first);
      a.copy(bytes, second);
    });
  }

  /** Writes over the first place where `old` stands in the backbone. */
  async replaceInBackbone(old: Buffer, fresh: Buffer): Promise<void> {
    await this.#editFile(await this.backbone(), (bytes) => {
      const at = bytes.indexOf(old);
      if (at < 0) throw new Error("not found");
      fresh.copy(bytes, at);
    });
  }

  /** Changes the head's file. */
  async editHead(change: (bytes: Buffer) => void): Promise<void> {
    await this.#editFile(join(this.directory, "head.safetensors"), change);
  }

  /** Cuts bytes off the backbone's end; the recorded size stays. */
  async cutBackbone(bytes: number): Promise<void> {
    const path = await this.backbone();
    await truncate(path, (await stat(path)).size - bytes);
  }

  async backbone(): Promise<string> {
    const name = (await readdir(this.directory)).find((file) => file.endsWith(".gguf"));
    return join(this.directory, name ?? "");
  }

  async #editFile(path: string, change: (bytes: Buffer) => void): Promise<void> {
    const bytes = await readFile(path);
    change(bytes);
    await writeFile(path, bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await this.editReward((reward) => {
      const records = [reward["headFile"], ...Object.values(reward["backbone"]?.["files"] as Json)] as Json[];
      for (const record of records) {
        if (path.endsWith(String(record["file"]))) record["sha256"] = sha256;
      }
    });
  }
}

/** A copy of a fixture checkpoint with another `config.json`. */
export async function copyWithConfig(
  fixture: string,
  target: string,
  change: (config: Json) => void,
): Promise<void> {
  await cp(join(CHECKPOINTS, fixture), target, { recursive: true });
  const file = join(target, "config.json");
  const config = JSON.parse(await readFile(file, "utf8")) as Json;
  change(config);
  await writeFile(file, JSON.stringify(config));
}

/** Exchanges two rows of a matrix with rows of `rowBytes`. */
export function swapRows(bytes: Buffer, rowBytes: number, a: number, b: number): void {
  const kept = Buffer.from(bytes.subarray(a * rowBytes, (a + 1) * rowBytes));
  bytes.copyWithin(a * rowBytes, b * rowBytes, (b + 1) * rowBytes);
  kept.copy(bytes, b * rowBytes);
}
