import type { BackboneType } from "../../../lib/model/architecture/backbone-type.js";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { admitBackbone } from "../../../lib/model/admission/admit-backbone.js";
import { quantizeModelFolder } from "../../../lib/convert/index.js";
import { readRewardJson } from "../../../lib/model/folder/read-reward-json.js";
import { RewardModel } from "../../../lib/model/reward-model.js";
import { editBackbone, setNumber, setText, type GgufTree, type TreeEntry } from "../../support/edit-gguf.js";
import { convertFixture, temporaryFolder, type ModelFolder } from "../../support/fixtures.js";

/** Numbers of value and tensor types. Source: ggml/include/gguf.h, ggml/include/ggml.h. */
const [F32, BOOL] = [6, 7];
const [Q8_1, I16, I32, BF16] = [9, 25, 26, 30];

const MODELS = { gemma2: "grm-gemma2-tiny", qwen2: "skywork-qwen2-tiny", llama: "grm-llama3.2-tiny" };
const folders: Partial<Record<keyof typeof MODELS, ModelFolder>> = {};

beforeAll(async () => {
  for (const [architecture, name] of Object.entries(MODELS) as [keyof typeof MODELS, string][]) {
    folders[architecture] = await convertFixture(name, { type: "f32" });
  }
}, 120_000);
afterAll(async () => {
  for (const folder of Object.values(folders)) await folder.remove();
});

/** A model folder whose backbone was changed; its `reward.json` agrees with the file in all but what it says of the model. */
async function changed(
  architecture: keyof typeof MODELS,
  change: (gguf: GgufTree) => void,
): Promise<{ modelDir: string; admit: () => Promise<string> }> {
  const modelDir = join(await temporaryFolder(), "model");
  await cp(folders[architecture]?.directory ?? "", modelDir, { recursive: true });
  const file = await editBackbone(modelDir, change);
  const { backbone } = await readRewardJson(modelDir);
  return { modelDir, admit: () => admitBackbone(file, { type: "f32", facts: backbone }) };
}

const entry = (gguf: GgufTree, key: string): TreeEntry => {
  const found = gguf.entries.find((each) => each.key === key);
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
};
const items = (gguf: GgufTree, key: string): Buffer[] => {
  const { value } = entry(gguf, key);
  return "items" in value ? (value.items as Buffer[]) : [];
};
const tensor = (gguf: GgufTree, name: string): GgufTree["tensors"][number] => {
  const found = gguf.tensors.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const int32 = (value: number): Buffer => Buffer.from(Int32Array.of(value).buffer);

type Change = [
  name: string,
  architecture: keyof typeof MODELS,
  change: (gguf: GgufTree) => void,
  says: RegExp,
];

/** What llama.cpp v0.5.0 answers with an assertion, a null pointer, or another computation. */
const CHANGES: readonly Change[] = [
  [
    "an odd rotation",
    "qwen2",
    (g) => {
      setNumber(g, "qwen2.rope.dimension_count", 255);
    },
    /255 dimensions/,
  ],
  [
    "half a rotation",
    "qwen2",
    (g) => {
      setNumber(g, "qwen2.rope.dimension_count", 8);
    },
    /dimension_count is 8/,
  ],
  [
    "too many heads",
    "qwen2",
    (g) => {
      setNumber(g, "qwen2.attention.head_count", 512);
    },
    /512 heads|shape/,
  ],
  [
    "no heads",
    "llama",
    (g) => {
      setNumber(g, "llama.attention.head_count", 0);
    },
    /head_count is 0/,
  ],
  [
    "wide keys",
    "qwen2",
    (g) => {
      setNumber(g, "qwen2.attention.key_length", 256);
    },
    /key_length|shape|heads/,
  ],
  [
    "narrow values",
    "llama",
    (g) => {
      setNumber(g, "llama.attention.value_length", 2);
    },
    /value_length is 2/,
  ],
  [
    "600 layers",
    "llama",
    (g) => {
      setNumber(g, "llama.block_count", 600);
    },
    /block_count is 600/,
  ],
  [
    "an infinite epsilon",
    "llama",
    (g) => {
      setNumber(g, "llama.attention.layer_norm_rms_epsilon", -Infinity);
    },
    /epsilon is -Infinity/,
  ],
  [
    "a rope base of NaN",
    "llama",
    (g) => {
      setNumber(g, "llama.rope.freq_base", NaN);
    },
    /freq_base is NaN/,
  ],
  [
    "no window",
    "gemma2",
    (g) => {
      setNumber(g, "gemma2.attention.sliding_window", 0);
    },
    /sliding_window is 0/,
  ],
  [
    "an alignment of 8",
    "gemma2",
    (g) => {
      setNumber(g, "general.alignment", 8);
    },
    /general\.alignment/,
  ],
  [
    "experts",
    "llama",
    (g) => {
      setNumber(g, "llama.expert_count", 8);
    },
    /llama\.expert_count/,
  ],
  [
    "attention to later tokens",
    "llama",
    (g) => {
      setNumber(g, "llama.attention.causal", 0, BOOL);
    },
    /llama\.attention\.causal/,
  ],
  [
    "another scaling",
    "qwen2",
    (g) => {
      setText(g, "qwen2.rope.scaling.type", "longrope");
      setNumber(g, "qwen2.rope.scaling.factor", 2, F32);
    },
    /rope\.scaling\.type/,
  ],
  [
    "a part of a split file",
    "llama",
    (g) => {
      setNumber(g, "split.count", 2);
    },
    /split\.count/,
  ],
  [
    "an adapter",
    "llama",
    (g) => {
      setText(g, "general.type", "adapter");
    },
    /general\.type/,
  ],
  [
    "another architecture",
    "llama",
    (g) => {
      setText(g, "general.architecture", "bert");
    },
    /architecture is "bert"/,
  ],
  [
    "another type",
    "llama",
    (g) => {
      setNumber(g, "general.file_type", 1);
    },
    /general\.file_type is 1/,
  ],
  ["a key twice", "llama", (g) => void g.entries.push(entry(g, "llama.rope.freq_base")), /twice/],
  [
    "a number as text",
    "llama",
    (g) => {
      setText(g, "llama.block_count", "2");
    },
    /stored as string/,
  ],
  [
    "a BOS added",
    "llama",
    (g) => {
      setNumber(g, "tokenizer.ggml.add_bos_token", 1);
    },
    /add_bos_token is true/,
  ],
  [
    "a BOS outside the vocabulary",
    "llama",
    (g) => {
      setNumber(g, "tokenizer.ggml.bos_token_id", 2 ** 31);
    },
    /bos_token_id is 2147483648/,
  ],
  [
    "white space removed",
    "llama",
    (g) => {
      setNumber(g, "tokenizer.ggml.remove_extra_whitespaces", 1, BOOL);
    },
    /remove_extra_whitespaces/,
  ],
  [
    "another tokenizer",
    "llama",
    (g) => {
      setText(g, "tokenizer.ggml.model", "bert");
    },
    /tokenizer\.ggml\.model/,
  ],
  [
    "other splits",
    "llama",
    (g) => {
      setText(g, "tokenizer.ggml.pre", "tekken");
    },
    /tokenizer\.ggml\.pre/,
  ],
  [
    "a token twice",
    "llama",
    (g) =>
      void (items(g, "tokenizer.ggml.tokens")[7] = Buffer.from(items(g, "tokenizer.ggml.tokens")[8] ?? "")),
    /text of another token/,
  ],
  ["a token less", "llama", (g) => void items(g, "tokenizer.ggml.tokens").pop(), /one per row/],
  ["a type less", "gemma2", (g) => void items(g, "tokenizer.ggml.token_type").pop(), /one per row/],
  [
    "an unknown token type",
    "llama",
    (g) => void (items(g, "tokenizer.ggml.token_type")[3] = int32(77)),
    /unknown type 77/,
  ],
  [
    "a score of NaN",
    "gemma2",
    (g) => items(g, "tokenizer.ggml.scores")[5]?.writeFloatLE(NaN),
    /score of token 5 is NaN/,
  ],
  [
    "a merge of one piece",
    "llama",
    (g) => void (items(g, "tokenizer.ggml.merges")[0] = Buffer.from("abc")),
    /expected two pieces/,
  ],
  [
    "a byte without a token",
    "gemma2",
    (g) => {
      const tokens = items(g, "tokenizer.ggml.tokens");
      tokens[tokens.findIndex((text) => text.toString() === "<0xFF>")] = Buffer.from("<0xfg>");
    },
    /byte token <0xFF> is missing/,
  ],
  ["a norm of int32", "gemma2", (g) => void (tensor(g, "output_norm.weight").type = I32), /type number 26/],
  ["a norm of q8_1", "llama", (g) => void (tensor(g, "output_norm.weight").type = Q8_1), /type number 9/],
  ["a gate of int16", "qwen2", (g) => void (tensor(g, "blk.0.ffn_gate.weight").type = I16), /type number 25/],
  [
    "a gate of bf16",
    "qwen2",
    (g) => void (tensor(g, "blk.0.ffn_gate.weight").type = BF16),
    /BF16, expected F32/,
  ],
  ["a tensor less", "llama", (g) => void g.tensors.pop(), /is missing/],
  [
    "an output matrix",
    "llama",
    (g) => void g.tensors.push({ ...tensor(g, "token_embd.weight"), name: "output.weight" }),
    /output\.weight does not belong there/,
  ],
  [
    "a bias less",
    "qwen2",
    (g) => void (tensor(g, "blk.0.attn_q.bias").name = "blk.0.attn_output.bias"),
    /does not belong there/,
  ],
  ["a turned matrix", "llama", (g) => void tensor(g, "blk.0.ffn_up.weight").dims.reverse(), /has shape/],
  [
    "tensors on top of each other",
    "llama",
    (g) => void (tensor(g, "output_norm.weight").offset = 0n),
    /begins at byte 0/,
  ],
  [
    "bytes at the end",
    "llama",
    (g) => void (g.data = Buffer.concat([g.data, Buffer.alloc(32)])),
    /has \d+ bytes/,
  ],
  ["GGUF version 1", "llama", (g) => void (g.version = 1), /version is 1/],
];

describe("admitBackbone", () => {
  it.each(CHANGES)("refuses %s", async (_name, architecture, change, says) => {
    const { admit } = await changed(architecture, change);
    await expect(admit()).rejects.toMatchObject({
      code: "MODEL_INVALID",
      message: expect.stringMatching(says) as string,
    });
  });

  it("refuses a backbone of another model by name", async () => {
    const { backbone } = await readRewardJson(folders.llama?.directory ?? "");
    const other = join(folders.qwen2?.directory ?? "", "backbone-f32.gguf");
    await expect(admitBackbone(other, { type: "f32", facts: backbone })).rejects.toMatchObject({
      code: "HEAD_MISMATCH",
    });
  });

  it("stands before loading: a bad file is refused, not handed to llama.cpp", async () => {
    const { modelDir } = await changed("qwen2", (gguf) => {
      setNumber(gguf, "qwen2.attention.head_count", 512);
    });
    for (const check of [true, false]) {
      await expect(RewardModel.load(modelDir, { device: "cpu", check })).rejects.toMatchObject({
        code: "MODEL_INVALID",
      });
    }
    await expect(quantizeModelFolder(modelDir, ["q8_0"])).rejects.toMatchObject({ code: "MODEL_INVALID" });
  });

  it("takes a rewritten file that says the same, in a folder of version 1", async () => {
    const { modelDir, admit } = await changed("llama", () => undefined);
    await expect(admit()).resolves.toMatch(/^[0-9a-f]{64}$/);
    await using model = await RewardModel.load(modelDir, { device: "cpu" });
    expect(model.description.architecture).toBe("llama");
  });

  it("compares the header with the recorded one, which no other rule can", async () => {
    const modelDir = folders.llama?.directory ?? "";
    const { backbone } = await readRewardJson(modelDir);
    const { headerSha256 } = backbone.files.f32 ?? {};
    const { modelDir: other } = await changed("llama", (gguf) => {
      setNumber(gguf, "llama.rope.freq_base", 10_001);
    });
    const file = join(other, "backbone-f32.gguf");
    await expect(admitBackbone(file, { type: "f32", facts: backbone })).resolves.toBeTruthy();
    await expect(admitBackbone(file, { type: "f32", facts: backbone, headerSha256 })).rejects.toThrow(
      /header has the SHA-256/,
    );
  });

  it.each(["q8_0", "q6_k", "q5_k_m", "q4_k_m"] as BackboneType[])(
    "takes what the quantizer makes: %s",
    async (type) => {
      for (const { directory } of Object.values(folders)) {
        const modelDir = join(await temporaryFolder(), "model");
        await cp(directory, modelDir, { recursive: true });
        const { backbone } = await quantizeModelFolder(modelDir, [type]);
        const file = join(modelDir, backbone.files[type]?.file ?? "");
        await expect(admitBackbone(file, { type, facts: backbone })).resolves.toBeTruthy();
      }
    },
  );
});
