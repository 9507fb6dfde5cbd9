import { CheckpointError } from "../../errors.js";

/**
 * Trainers wrap a model before they save it, and each wrapper leaves its name in the names of the tensors. The wrapped model is
 * the same function, so the names are read without them. A new wrapper is a line here.
 */
const WRAPPERS: readonly { by: string; pattern: RegExp }[] = [
  // torch/_dynamo/eval_frame.py, OptimizedModule: compiled modules, the whole model or a part of it.
  { by: "torch.compile", pattern: /(?<=^|\.)_orig_mod\./g },
  // torch/distributed/fsdp/_common_utils.py, FSDP_WRAPPED_MODULE.
  { by: "FSDP", pattern: /(?<=^|\.)_fsdp_wrapped_module\./g },
  // torch/distributed/algorithms/_checkpoint/checkpoint_wrapper.py, _CHECKPOINT_WRAPPED_MODULE.
  { by: "activation checkpointing", pattern: /(?<=^|\.)_checkpoint_wrapped_module\./g },
  // torch/nn/parallel/distributed.py, DistributedDataParallel.module; DeepSpeed's engine names it so, too.
  { by: "DistributedDataParallel or DeepSpeed", pattern: /^module\./ },
  // TRL 0.11 trl/models/modeling_base.py, PreTrainedModelWrapper; saved so under DeepSpeed ZeRO 3 (LLaMA-Factory 0.9
  // src/llamafactory/train/callbacks.py, fix_valuehead_checkpoint).
  { by: "TRL's model with a value head", pattern: /^pretrained_model\./ },
  // PEFT 0.21 peft/peft_model.py, PeftModel.base_model; peft/tuners/tuners_utils.py, BaseTuner.model.
  { by: "PEFT", pattern: /^base_model\.model\./ },
  // PEFT 0.21 peft/utils/other.py, ModulesToSaveWrapper: the trained copy of a whole module, such as the head.
  { by: "PEFT's modules_to_save", pattern: /(?<=\.)modules_to_save\.[^.]+\./g },
];

/** A model inside an attribute `model` of another one, whose every tensor is in there. */
const NESTED = "model.";
const NESTED_EMBEDDING = `${NESTED}${NESTED}embed_tokens.weight`;

/**
 * What tensors are called without their wrappers.
 * @param stored names as stored, of the whole checkpoint
 * @returns name by stored name
 * @throws CheckpointError `CHECKPOINT_INVALID` when two tensors would have one name
 */
export function plainTensorNames(stored: Iterable<string>): Map<string, string> {
  const names = new Map([...stored].map((name) => [name, withoutWrappers(name)]));
  const isNested =
    [...names.values()].includes(NESTED_EMBEDDING) &&
    [...names.values()].every((name) => name.startsWith(NESTED));
  if (isNested) for (const [from, name] of names) names.set(from, name.slice(NESTED.length));
  refuseCollisions(names);
  return names;
}

function withoutWrappers(name: string): string {
  let plain = name;
  for (let before = ""; before !== plain;) {
    before = plain;
    for (const { pattern } of WRAPPERS) plain = plain.replace(pattern, "");
  }
  return plain;
}

function refuseCollisions(names: ReadonlyMap<string, string>): void {
  const storedByName = new Map<string, string>();
  for (const [stored, name] of names) {
    const other = storedByName.get(name);
    storedByName.set(name, stored);
    if (other === undefined) continue;
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `Tensors ${other} and ${stored} are both ${name} without the prefixes of ${wrapperOf(other, stored)}: ` +
        "which one is the model's cannot be told. Remove the other one from the checkpoint.",
      { details: { tensors: [other, stored], name } },
    );
  }
}

function wrapperOf(...stored: readonly string[]): string {
  const found = WRAPPERS.filter(({ pattern }) => stored.some((name) => name.search(pattern) >= 0));
  return found.length === 0 ? "wrappers" : found.map(({ by }) => by).join(" and ");
}
