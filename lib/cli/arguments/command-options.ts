import { BACKBONE_TYPES, type BackboneType } from "../../model/architecture/backbone-type.js";
import { positiveInteger } from "./numbers.js";
import { InvalidArgumentError as InvalidOption, Option, type Command } from "commander";
import { AGGREGATES } from "../../score/conversation/aggregate.js";
import type { LoadOptions } from "../../model/load-options.js";

/** Options of every command. */
export interface OutputOptions {
  json?: true;
  quiet?: true;
  debug?: true;
}

/** Options of every command that loads a model, by the names commander gives them. */
export interface ModelOptions {
  type?: BackboneType | "auto";
  device?: LoadOptions["device"];
  gpuLayers?: LoadOptions["gpuLayers"];
  threads?: number;
  context?: number;
  kvType?: LoadOptions["kvType"];
  prefill?: LoadOptions["prefill"];
  precision?: LoadOptions["precision"];
  bos?: LoadOptions["bos"];
  specialTokens?: LoadOptions["specialTokens"];
  truncate?: LoadOptions["truncate"];
  aggregate?: LoadOptions["aggregate"];
  /** `false` with `--no-check`. */
  check?: boolean;
}

/** Adds `--json`, `--quiet` and `--debug`. */
export function addOutputOptions(command: Command, json: string): Command {
  return command
    .optionsGroup("Output:")
    .option("--json", json)
    .option("--quiet", "no progress and no hints on stderr")
    .option("--debug", "show the stack of an error");
}

/**
 * Adds the options that say how a model is loaded and prompts are built.
 * @param type the command's own `--type`, where it means something else
 */
export function addModelOptions(
  command: Command,
  type: Option = typeOption("backbone file to use (default: as reward.json says)", [
    "auto",
    ...BACKBONE_TYPES,
  ]),
): Command {
  command.optionsGroup("Model:").addOption(type);
  addPlace(command);
  addContext(command).optionsGroup("Advanced:");
  addLayers(command);
  return addRules(command).option(
    "--no-check",
    "do not compare the files with their checksums (which is done once per file)",
  );
}

/** Adds the options that say where to compute: rewards do not depend on them, or only in their last digits. */
export function addMachineOptions(command: Command): Command {
  return addLayers(addPlace(command.optionsGroup("Machine:")));
}

/** Adds the options that rewards depend on. */
export function addRuleOptions(command: Command): Command {
  return addRules(addContext(command.optionsGroup("Model:")).optionsGroup("Advanced:"));
}

function addPlace(command: Command): Command {
  return command
    .addOption(deviceOption("where to compute"))
    .option("--threads <n>", "CPU threads (default: physical cores)", positiveInteger);
}

function addLayers(command: Command): Command {
  return command.option(
    "--gpu-layers <n>",
    "layers on the GPU: auto (as many as fit) or a number",
    layerCount,
    "auto",
  );
}

function addContext(command: Command): Command {
  return command.option(
    "--context <n>",
    "longest prompt in tokens (default: by model and memory)",
    positiveInteger,
  );
}

function addRules(command: Command): Command {
  return command
    .addOption(
      choice(
        "--kv-type <type>",
        "element type of the KV cache (default: f32 on a CPU, f16 with layers on a GPU)",
        ["f16", "f32"],
      ),
    )
    .addOption(
      choice("--prefill <mode>", "on a CPU: kernels of our own where they run, or llama.cpp's", [
        "auto",
        "off",
      ]).default("auto"),
    )
    .addOption(
      choice(
        "--precision <mode>",
        "what our kernels multiply: float32 numbers, or bfloat16 where the processor is faster with those",
        ["exact", "fast"],
      ).default("exact"),
    )
    .addOption(
      choice("--bos <rule>", "leading BOS tokens: as published, at most one, or none", [
        "reference",
        "once",
        "none",
      ]).default("reference"),
    )
    .addOption(
      choice(
        "--special-tokens <rule>",
        "special tokens spelled in messages: count as tokens (as published), or stay text",
        ["parse", "literal"],
      ).default("parse"),
    )
    .addOption(
      choice(
        "--truncate <rule>",
        "a prompt longer than the context: refuse it, or cut off its start or end",
        ["error", "left", "right"],
      ).default("error"),
    )
    .addOption(
      choice(
        "--aggregate <rule>",
        "process reward models: how the rewards of steps become one (default: the model's own way)",
        AGGREGATES,
      ),
    );
}

/** What every command says of the records it reads. */
export const INPUT_FORMS =
  "JSONL, JSON array, CSV or Parquet, plain or gzip: a file, a folder, or hub:owner/name";

/** Adds `--split` and `--config`, for folders and datasets of the Hub. */
export function addSplitOption(command: Command, otherwise = "the only one"): Command {
  return command
    .option("--split <name>", `which split of a folder or Hub dataset (default: ${otherwise})`)
    .option("--config <name>", "which configuration (subset) its card describes (default: the card's)");
}

/** A `--device`. */
export function deviceOption(description: string): Option {
  const choices =
    "auto, cpu, cuda, metal, vulkan, one GPU (cuda:1, or CUDA1 as in `devices`), or several (cuda:0,cuda:1)";
  return new Option("--device <device>", `${description}: ${choices}`).default("auto");
}

/** A `--type` with these choices. */
export function typeOption(description: string, types: readonly string[]): Option {
  return choice("--type <type>", description, types);
}

/** The `--type` of what makes a backbone from a checkpoint. */
export function storageTypeOption(): Option {
  return typeOption(
    "storage type of the backbone; auto keeps every weight of the checkpoint as it is: its own precision, or f16 for a " +
      "bf16 checkpoint whose weights f16 holds exactly",
    ["auto", ...BACKBONE_TYPES],
  ).default("auto");
}

/** The options of `RewardModel.load`. */
export function loadOptions({
  type,
  device,
  gpuLayers,
  threads,
  context,
  kvType,
  prefill,
  precision,
  bos,
  specialTokens,
  truncate,
  aggregate,
  check,
}: ModelOptions): LoadOptions {
  return {
    type: type === "auto" ? undefined : type,
    device,
    gpuLayers,
    threads,
    contextLength: context,
    kvType,
    prefill,
    precision,
    bos,
    specialTokens,
    truncate,
    aggregate,
    check,
  };
}

function layerCount(text: string): number | "auto" {
  if (text === "auto") return text;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidOption("Expected auto, or a whole number of layers.");
}

/** Adds `--queue` and `--name`. */
export function addQueueOptions(command: Command, isRequired = true): Command {
  const flags = "--queue <url>";
  const description = "Redis (6.2 or newer) or Valkey that hands out the shards: redis://host:port";
  if (isRequired) command.requiredOption(flags, description);
  else command.option(flags, description);
  return command.option("--name <name>", "name of the queue, where one Redis has several", "llama-reward");
}

/** Collects an option that may be given several times. */
export function collect<T>(value: T, previous: readonly T[] | undefined): T[] {
  return [...(previous ?? []), value];
}

/** The same for types of a backbone. */
export function collectType(text: string, previous: readonly BackboneType[] | undefined): BackboneType[] {
  const type = BACKBONE_TYPES.find((known) => known === text);
  if (type === undefined) throw new InvalidOption(`Allowed choices are ${BACKBONE_TYPES.join(", ")}.`);
  return collect(type, previous);
}

/** An option with a list of values. */
export function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices([...choices]);
}
