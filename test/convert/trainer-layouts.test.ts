/**
 * Checkpoints as trainers leave them. A wrapped model is the same function, so its model folder must be that of the plain
 * checkpoint: the same backbone byte for byte, the same head. The names were taken from files that torch 2.13 (compile,
 * DataParallel, checkpoint_wrapper), PEFT 0.21.2, TRL 0.11.4 and safetensors 0.8 (save_model) wrote.
 */
import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { convertCheckpoint } from "../../lib/convert/index.js";
import { encodeSafetensors, type TensorData } from "../../lib/formats/safetensors/safetensors-writer.js";
import { openSafetensors } from "../../lib/formats/safetensors/safetensors.js";
import { copyFixture, editConfig, editTensors, fixture, scratchFolder } from "./checkpoints.js";

const scratch = await scratchFolder();

type Change = (directory: string) => Promise<void>;

const renameAll =
  (nameOf: (name: string) => string): Change =>
  (directory) =>
    editTensors(directory, (tensors) => {
      const renamed = [...tensors.values()].map((tensor) => ({ ...tensor, name: nameOf(tensor.name) }));
      tensors.clear();
      for (const tensor of renamed) tensors.set(tensor.name, tensor);
    });

const prefixAll = (prefix: string): Change => renameAll((name) => prefix + name);

/** Takes tensors out of the model's own file. */
async function takeOut(directory: string, wanted: (name: string) => boolean): Promise<TensorData[]> {
  const taken: TensorData[] = [];
  await editTensors(directory, (tensors) => {
    for (const [name, tensor] of tensors) {
      if (!wanted(name)) continue;
      taken.push(tensor);
      tensors.delete(name);
    }
  });
  return taken;
}

const layouts: [what: string, name: string, change: Change][] = [
  ["torch.compile", "skywork-llama3.1-tiny", prefixAll("_orig_mod.")],
  [
    "torch.compile of each layer",
    "skywork-llama3.1-tiny",
    renameAll((name) => name.replace(/(layers\.\d+\.)/, "$1_orig_mod.")),
  ],
  ["DataParallel of a compiled model", "skywork-llama3.1-tiny", prefixAll("module._orig_mod.")],
  [
    "FSDP",
    "grm-linear-tiny",
    renameAll((name) => `_fsdp_wrapped_module.${name.replace(/(layers\.\d+\.)/, "$1_fsdp_wrapped_module.")}`),
  ],
  [
    "FSDP with activation checkpointing",
    "grm-linear-tiny",
    renameAll((name) =>
      name.replace(/(layers\.\d+\.)/, "$1_fsdp_wrapped_module._checkpoint_wrapped_module."),
    ),
  ],
  [
    "TRL under DeepSpeed",
    "grm-linear-tiny",
    renameAll((name) => (name.startsWith("v_head.") ? name : `pretrained_model.${name}`)),
  ],
  [
    "PEFT after merge_adapter and without its tensors",
    "skywork-llama3.1-tiny",
    prefixAll("base_model.model."),
  ],
  [
    "PEFT with a head of its own",
    "skywork-llama3.1-tiny",
    (directory) =>
      editTensors(directory, (tensors) => {
        const score = tensors.get("score.weight") as TensorData;
        tensors.delete("score.weight");
        for (const [name, bytes] of [
          ["score.modules_to_save.default.weight", score.bytes],
          ["score.original_module.weight", new Uint8Array(score.bytes.length)],
        ] as const) {
          tensors.set(name, { ...score, name, bytes });
        }
      }),
  ],
  ["a module that holds the model", "skywork-llama3.1-tiny", prefixAll("model.")],
  [
    "LLaMA-Factory",
    "grm-linear-tiny",
    async (directory) => {
      const head = await takeOut(directory, (name) => name.startsWith("v_head."));
      await writeFile(path.join(directory, "value_head.safetensors"), encodeSafetensors(head));
    },
  ],
  [
    "safetensors' save_model of tied weights",
    "grm-llama3.2-tiny",
    async (directory) => {
      await editConfig(directory, { tie_word_embeddings: true });
      await renameAll((name) => (name === "model.embed_tokens.weight" ? "lm_head.weight" : name))(directory);
    },
  ],
  [
    "buffers that old versions saved",
    "grm-linear-tiny",
    (directory) =>
      editTensors(directory, (tensors) => {
        const bytes = new Uint8Array(32);
        for (const name of [
          "model.rotary_emb.inv_freq",
          "model.layers.0.self_attn.rotary_emb.inv_freq",
          "model.layers.1.self_attn.masked_bias",
        ]) {
          tensors.set(name, { name, dtype: "F32", shape: [8], bytes });
        }
      }),
  ],
];

it.each(layouts)("%s: the model folder is the plain checkpoint's", async (what, name, change) => {
  const plain = path.join(scratch, `plain-${name}`);
  const expected = await convertCheckpoint(fixture(name), plain);
  const wrapped = await copyFixture(name, path.join(scratch, "wrapped", name));
  await change(wrapped);
  const model = path.join(scratch, "model");
  const { reward } = await convertCheckpoint(wrapped, model);
  expect(reward.backbone, what).toEqual(expected.reward.backbone);
  expect(reward.head).toEqual(expected.reward.head);
  expect(reward.headFile).toEqual(expected.reward.headFile);
  expect(reward.prompt).toEqual(expected.reward.prompt);
  for (const folder of [wrapped, model, plain]) await rm(folder, { recursive: true });
});

it.each([
  ["value_head", {}],
  ["reward_out", { value_head_prefix: "reward_out" }],
])("OpenRLHF's %s.weight is the row of a sequence classifier", async (prefix, settings) => {
  const checkpoint = await copyFixture("skywork-llama3.1-tiny", path.join(scratch, "openrlhf"));
  const [row] = await takeOut(checkpoint, (name) => name === "score.weight");
  await editTensors(checkpoint, (tensors) => {
    tensors.set(`${prefix}.weight`, { ...(row as TensorData), name: `${prefix}.weight` });
  });
  await editConfig(checkpoint, settings);
  const model = path.join(scratch, "openrlhf-model");
  const { reward } = await convertCheckpoint(checkpoint, model);
  expect(reward.head).toMatchObject({ kind: "linear-score", score: { weight: `${prefix}.weight` } });
  const head = await openSafetensors(path.join(model, "head.safetensors"));
  expect(await head.readBytes(`${prefix}.weight`)).toEqual(row?.bytes);
  await head.close();
  for (const folder of [checkpoint, model]) await rm(folder, { recursive: true });
});

const refused: [what: string, change: Change, code: string, mentions: RegExp][] = [
  [
    "a value head in two files",
    async (directory) => {
      const head = await takeOut(directory, (name) => name.startsWith("v_head."));
      await editTensors(directory, (tensors) => {
        for (const tensor of head) tensors.set(tensor.name, tensor);
      });
      await writeFile(path.join(directory, "value_head.safetensors"), encodeSafetensors(head));
    },
    "CHECKPOINT_INVALID",
    /v_head\.summary\.\w+ lies in both model.safetensors and value_head.safetensors/,
  ],
  [
    "an adapter alone",
    async (directory) => {
      await rename(
        path.join(directory, "model.safetensors"),
        path.join(directory, "adapter_model.safetensors"),
      );
    },
    "CHECKPOINT_UNSUPPORTED",
    /adapter_model\.safetensors.*merge_and_unload/,
  ],
  [
    "an adapter beside the weights",
    (directory) => writeFile(path.join(directory, "adapter_model.safetensors"), ""),
    "CHECKPOINT_UNSUPPORTED",
    /adapter_model\.safetensors.*cannot be told/,
  ],
  [
    "an adapter that was not merged",
    async (directory) => {
      await renameAll((name) =>
        `base_model.model.${name}`.replace("q_proj.weight", "q_proj.base_layer.weight"),
      )(directory);
      await editTensors(directory, (tensors) => {
        const name = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight";
        tensors.set(name, { name, dtype: "F32", shape: [1, 64], bytes: new Uint8Array(256) });
      });
    },
    "CHECKPOINT_UNSUPPORTED",
    /(base_layer|lora_A).*adapter of PEFT that was not merged/,
  ],
  [
    "two copies of a tensor, one of them wrapped",
    (directory) =>
      editTensors(directory, (tensors) => {
        const norm = tensors.get("model.norm.weight") as TensorData;
        tensors.set("_orig_mod.model.norm.weight", { ...norm, name: "_orig_mod.model.norm.weight" });
      }),
    "CHECKPOINT_INVALID",
    /_orig_mod\.model\.norm\.weight.*torch\.compile/,
  ],
  [
    "an embedding under the output's name in a model that does not tie them",
    async (directory) => {
      await editConfig(directory, { tie_word_embeddings: false });
      await renameAll((name) => (name === "model.embed_tokens.weight" ? "lm_head.weight" : name))(directory);
    },
    "CHECKPOINT_INVALID",
    /no token embedding/,
  ],
];

it.each(refused)("%s is refused by name", async (what, change, code, mentions) => {
  const checkpoint = await copyFixture("grm-linear-tiny", path.join(scratch, "refused"));
  await change(checkpoint);
  const error: unknown = await convertCheckpoint(checkpoint, path.join(scratch, "none")).catch(
    (caught: unknown) => caught,
  );
  await rm(checkpoint, { recursive: true });
  expect(error, what).toMatchObject({ code });
  expect((error as Error).message).toMatch(mentions);
});

/** An index as a trainer copies it from the original, and the one shard that is there. */
async function withIndex(name: string, listed: Record<string, string>): Promise<string> {
  const checkpoint = await copyFixture(name, path.join(scratch, "indexed"));
  const shard = "model-00001-of-00002.safetensors";
  await rename(path.join(checkpoint, "model.safetensors"), path.join(checkpoint, shard));
  const file = await openSafetensors(path.join(checkpoint, shard));
  const map = Object.fromEntries([...file.tensors.keys()].map((tensor) => [tensor, shard]));
  await file.close();
  await writeFile(
    path.join(checkpoint, "model.safetensors.index.json"),
    JSON.stringify({ weight_map: { ...map, ...listed } }),
  );
  return checkpoint;
}

it("an index may list tensors, and shards, that nothing needs", async () => {
  const checkpoint = await withIndex("skywork-llama3.1-tiny", {
    "lm_head.weight": "model-00002-of-00002.safetensors",
    "model.layers.0.self_attn.rotary_emb.inv_freq": "model-00001-of-00002.safetensors",
  });
  const model = path.join(scratch, "indexed-model");
  const { reward } = await convertCheckpoint(checkpoint, model);
  const plain = await convertCheckpoint(
    fixture("skywork-llama3.1-tiny"),
    path.join(scratch, "indexed-plain"),
  );
  expect(reward.backbone).toEqual(plain.reward.backbone);
  await rm(checkpoint, { recursive: true });
});

it("an index that lists a tensor the model needs, and that is nowhere, is refused", async () => {
  const checkpoint = await withIndex("skywork-llama3.1-tiny", {
    "score.bias": "model-00002-of-00002.safetensors",
  });
  await expect(convertCheckpoint(checkpoint, path.join(scratch, "none"))).rejects.toThrow(
    /names model-00002-of-00002.safetensors, which is missing.*score\.bias/,
  );
  await rm(checkpoint, { recursive: true });
});
