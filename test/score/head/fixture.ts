import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { HeadLoadError } from "../../../lib/errors.js";
import type { HeadCandidates } from "../../../lib/score/head/head.js";
import { parseProfile } from "../../../lib/model/profile/profile.js";
import { Checkpoint } from "../../../lib/model/checkpoint/checkpoint.js";
import { isFloatDtype, toFloat32 } from "../../../lib/formats/floats/float-convert.js";
import type {
  RowReader,
  TensorDtype,
  TensorInfo,
  TensorReader,
} from "../../../lib/formats/safetensors/tensor.js";

const CHECKPOINTS = fileURLToPath(new URL("../../fixtures/checkpoints/", import.meta.url));

/** One case of expected.json, as far as heads are concerned. See the fixtures' README. */
export interface FixtureCase {
  id: string;
  expected_error?: string;
  score: number;
  attributes?: Record<string, number>;
  sigmas?: Record<string, number>;
  gates?: Record<string, number>;
  std?: number;
  objectives?: number[];
  adjusted?: number[];
  gating?: number[];
  coefficients?: number[];
  quantiles?: number[];
  hidden_last: number[];
  hidden_gate?: number[];
}

/** A case of the pair model: one entry per order. */
export interface PairCase {
  id: string;
  logits: [number, number][];
  prob_by_order: number[];
  prob_a: number;
  hidden_last: number[][];
}

export interface Expected<Case> {
  head: string;
  objective_names?: string[];
  quantile_levels?: number[];
  labels?: number[];
  cases: Case[];
}

export function readJson(checkpoint: string, file: string): unknown {
  return JSON.parse(readFileSync(`${CHECKPOINTS}${checkpoint}/${file}`, "utf8"));
}

/** The cases that have a score. */
export function expectedOf(checkpoint: string): Expected<FixtureCase> {
  const expected = readJson(checkpoint, "expected.json") as Expected<FixtureCase>;
  return { ...expected, cases: expected.cases.filter((each) => each.expected_error === undefined) };
}

/** Tensors of a checkpoint that are not the backbone's, held in memory; tests change them to see what is noticed. */
export class FixtureTensors implements RowReader {
  readonly tensors = new Map<string, TensorInfo>();
  private readonly bytes = new Map<string, Uint8Array>();

  static async read(
    checkpoint: string,
    includes: (name: string) => boolean = isBesideBackbone,
  ): Promise<FixtureTensors> {
    const fixture = new FixtureTensors();
    const stored = await Checkpoint.open(CHECKPOINTS + checkpoint);
    try {
      for (const { name, dtype, shape } of stored.tensors.values()) {
        if (includes(name)) fixture.set(name, dtype, shape, await stored.readBytes(name));
      }
    } finally {
      await stored.close();
    }
    return fixture;
  }

  set(name: string, dtype: TensorDtype, shape: readonly number[], bytes: Uint8Array): this {
    this.tensors.set(name, { name, dtype, shape, sizeBytes: bytes.length });
    this.bytes.set(name, bytes);
    return this;
  }

  setFloats(name: string, shape: readonly number[], values: Float32Array): this {
    return this.set(name, "F32", shape, new Uint8Array(values.buffer));
  }

  delete(name: string): this {
    this.tensors.delete(name);
    return this;
  }

  readBytes(name: string): Promise<Uint8Array> {
    const bytes = this.bytes.get(name);
    if (bytes === undefined || !this.tensors.has(name)) {
      return Promise.reject(new HeadLoadError("HEAD_INVALID", `${name} is missing`));
    }
    return Promise.resolve(bytes);
  }

  async readRows(name: string, start: number, count: number): Promise<Uint8Array> {
    const bytes = await this.readBytes(name);
    const rowSize = bytes.length / (this.tensors.get(name)?.shape[0] ?? 1);
    return bytes.subarray(start * rowSize, (start + count) * rowSize);
  }

  async readFloat32(name: string): Promise<Float32Array> {
    const dtype = this.tensors.get(name)?.dtype ?? "";
    if (!isFloatDtype(dtype)) throw new HeadLoadError("HEAD_INVALID", `${name} is not of a float type`);
    return toFloat32(await this.readBytes(name), dtype);
  }
}

/** What a checkpoint shows to head detection. */
export async function candidatesOf(checkpoint: string, given?: TensorReader): Promise<HeadCandidates> {
  const tensors = given ?? (await FixtureTensors.read(checkpoint));
  const config = readJson(checkpoint, "config.json") as Record<string, unknown>;
  const hasProfile = readdirSync(CHECKPOINTS + checkpoint).includes("profile.json");
  const vocabulary = (readJson(checkpoint, "tokenizer.json") as { model: { vocab: Record<string, number> } })
    .model.vocab;
  return {
    tensors: tensors.tensors,
    hiddenSize: config["hidden_size"] as number,
    config,
    profile: hasProfile ? parseProfile("profile", readJson(checkpoint, "profile.json")).head : undefined,
    outputMatrix: tensors.tensors.get("lm_head.weight"),
    tokenId: (text) => vocabulary[text],
  };
}

/** The backbone's tensors, under the prefixes of the fixtures. */
function isBesideBackbone(name: string): boolean {
  return !/^(model\.|transformer\.)/.test(name);
}
