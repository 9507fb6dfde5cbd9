import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { convertCheckpoint, type ConvertOptions } from "../../lib/convert/index.js";
import { verifyModel, type VerifyReport } from "../../lib/check/verify.js";
import { CHECKPOINTS, checkpointNames, temporaryFolder } from "../support/fixtures.js";
import { copyWithConfig, swapRows, Victim } from "./sabotage.js";

const GRM = "grm-llama3.2-tiny";
const URM = "urm-llama3.1-tiny";
const GEMMA = "grm-gemma2-tiny";

async function converted(fixture: string, options: ConvertOptions = {}): Promise<Victim> {
  const directory = join(await temporaryFolder(), "model");
  await convertCheckpoint(join(CHECKPOINTS, fixture), directory, options);
  return new Victim(directory);
}

function verify({ directory }: Victim, fixture: string): Promise<VerifyReport> {
  return verifyModel(directory, { against: join(CHECKPOINTS, fixture), device: "cpu", threads: 1 });
}

const names = await checkpointNames();

describe("an honest folder passes", () => {
  it.each(names)("%s", async (name) => {
    const report = await verify(await converted(name), name);
    expect(report.checks.filter(({ status }) => status === "fail")).toEqual([]);
    expect(report.isGood).toBe(true);
    expect(report.checks.find((check) => check.name === "tokens")).toMatchObject({ status: "pass" });
  });

  it("quantized", async () => {
    const report = await verify(await converted(GRM, { type: "q8_0" }), GRM);
    expect(report.isGood).toBe(true);
  });
});

/** Each damage, and what the report must say about it. */
const DAMAGES: [name: string, fixture: string, damage: (victim: Victim) => Promise<void>, says: RegExp][] = [
  [
    "rows of a tensor permuted",
    GRM,
    (victim) =>
      victim.editTensor("blk.1.attn_v.weight", (bytes) => {
        swapRows(bytes, 128, 0, 5);
      }),
    /permuted: .*blk\.1\.attn_v\.weight|blk\.1\.attn_v\.weight|v_proj/,
  ],
  [
    "a tensor zeroed",
    GRM,
    (victim) => victim.editTensor("blk.0.ffn_up.weight", (bytes) => void bytes.fill(0)),
    /zeroed: .*blk\.0\.ffn_up/,
  ],
  [
    "one bit of a weight flipped",
    GRM,
    (victim) =>
      victim.editTensor(
        "blk.0.ffn_down.weight",
        (bytes) => void bytes.writeUInt8(bytes.readUInt8(301) ^ 0x10, 301),
      ),
    /differs: .*blk\.0\.ffn_down/,
  ],
  [
    "norms without 1 + w",
    GEMMA,
    (victim) =>
      victim.editTensor("blk.0.attn_norm.weight", (bytes) => {
        for (let i = 0; i < bytes.length; i += 4) bytes.writeFloatLE(bytes.readFloatLE(i) - 1, i);
      }),
    /untransformed: .*blk\.0\.attn_norm/,
  ],
  [
    "the head of another model",
    GRM,
    (victim) => victim.editHead((bytes) => void bytes.subarray(-2000, -1000).reverse()),
    /head\.safetensors.*v_head/,
  ],
  [
    "the BOS flag flipped",
    GRM,
    (victim) =>
      victim.editReward((reward) => Object.assign(reward["prompt"] ?? {}, { addSpecialTokens: false })),
    /prompt\.addSpecialTokens is false, by the checkpoint it is true/,
  ],
  [
    "another scoring position",
    URM,
    (victim) =>
      victim.editReward((reward) => Object.assign(reward["prompt"] ?? {}, { position: "before-first-pad" })),
    /prompt\.position/,
  ],
  [
    "another chat template",
    URM,
    (victim) =>
      victim.editReward((reward) =>
        Object.assign(reward["prompt"] ?? {}, { template: "{{ messages[0].content }}" }),
      ),
    /prompt\.template/,
  ],
  [
    "another transform of the deviations",
    URM,
    (victim) =>
      victim.editReward((reward) => Object.assign(reward["head"] ?? {}, { sigmaTransform: "softplus" })),
    /head\.sigmaTransform is "softplus"/,
  ],
  [
    "two vocabulary entries swapped",
    GRM,
    (victim) =>
      victim.swapInHeader(Buffer.from("\x07\0\0\0\0\0\0\0Ġwhich"), Buffer.from("\x07\0\0\0\0\0\0\0Ġwould")),
    /tokenizer\.ggml\.tokens/,
  ],
  [
    "another rope base",
    GRM,
    async (victim) => {
      const [right, wrong] = [Buffer.alloc(4), Buffer.alloc(4)];
      right.writeFloatLE(500000);
      wrong.writeFloatLE(10000);
      await victim.replaceInBackbone(right, wrong);
    },
    /rope\.freq_base/,
  ],
  ["the backbone's file cut short", GRM, (victim) => victim.cutBackbone(4096), /bytes/],
];

describe("a damaged folder fails, and the report names the fault", () => {
  it.each(DAMAGES)("%s", async (_name, fixture, damage, says) => {
    const victim = await converted(fixture);
    await damage(victim);
    const report = await verify(victim, fixture);
    expect(report.isGood).toBe(false);
    expect(faultText(report)).toMatch(says);
  });

  it("rope factors dropped", async () => {
    const root = await temporaryFolder();
    await copyWithConfig(GRM, join(root, "checkpoint"), (config) => void (config["rope_scaling"] = null));
    await convertCheckpoint(join(root, "checkpoint"), join(root, "model"));
    const report = await verify(new Victim(join(root, "model")), GRM);
    expect(faultText(report)).toMatch(/missing: .*rope_freqs\.weight/);
    expect(faultText(report)).toMatch(/config\.json of the checkpoint is not the one/);
  });

  it("a checkpoint of another model", async () => {
    const report = await verify(await converted("grm-linear-tiny"), "grm-mlp2-tiny");
    expect(report.isGood).toBe(false);
    expect(faultText(report)).toMatch(/config\.json of the checkpoint is not the one/);
  });

  it("without the checkpoint, changed files are still found", async () => {
    const victim = await converted(GRM);
    await victim.cutBackbone(1);
    const report = await verifyModel(victim.directory, { device: "cpu", threads: 1 });
    expect(report.isGood).toBe(false);
    expect(report.checks.find(({ name }) => name === "tensors")?.status).toBe("skip");
  });
});

function faultText(report: VerifyReport): string {
  return report.checks
    .filter(({ status }) => status === "fail")
    .flatMap(({ summary, findings }) => [summary, ...findings])
    .join("\n");
}
