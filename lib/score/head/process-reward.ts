import { CheckpointError } from "../../errors.js";

/** Where a checkpoint says what it is, beside its tensors. */
export interface ModelNames {
  /** `config.json`. */
  config: Readonly<Record<string, unknown>>;
  /** Of the folder, or on the Hub. */
  names: readonly string[];
}

/**
 * A process reward model's abbreviation or name, in a name whose words are apart. ReasonEval judges steps, too (GAIR-NLP/ReasonEval
 * codes/examples.py).
 */
const PROCESS_REWARD =
  /(?<![a-z])prms?(?![a-z])|(?<![a-z])process (reward|supervis|verif)|(?<![a-z])step ?(wise|level)? reward|(?<![a-z])reason ?eval(?![a-z])/i;

/** Heads that give numbers for every token. Source: transformers 5.24 modeling_layers.py; TRL 1.16 PRMTrainer trains them. */
const TOKEN_CLASSIFICATION = /ForTokenClassification$/;

/** Keys that only models of steps have. Source: vLLM 0.11 vllm/config/pooler.py (STEP pooling); TRL's `step_separator`. */
const STEP_KEYS = [
  "step_tag_id",
  "step_tag",
  "step_token",
  "step_token_id",
  "step_separator",
  "returned_token_ids",
];

/**
 * What says that a checkpoint is a process reward model. Its head may look like that of any reward model (Skywork-o1-Open-PRM has a
 * `v_head`), and the number it gives at an answer's end would be a plausible one of another meaning: so what the checkpoint is
 * called is a reason to ask for a head of steps, or to stop, though never one to tell heads apart.
 * @returns where it says so, in words
 */
export function processEvidence({ config, names }: ModelNames): string | undefined {
  return findEvidence(config, names);
}

/** The error for a process reward model whose steps nobody says how to score. @param evidence of `processEvidence` */
export function refuseProcessReward(evidence: string): CheckpointError {
  return new CheckpointError(
    "CHECKPOINT_UNSUPPORTED",
    `This looks like a process reward model (${evidence}), and nothing says how its steps are joined and scored; taken for an ` +
      "outcome reward model it would give numbers of another meaning. If it is one of a published family, pull it by its Hub id, or " +
      "put a profile.json into the checkpoint folder: for TRL's PRMTrainer " +
      `{"head": "step-token", "steps": {"layout": "pieces", "separator": "\\n", "aggregate": "min"}} with the separator it was ` +
      "trained with; README.md has the others. If it is an outcome reward model after all, correct that name.",
    { details: { evidence } },
  );
}

function findEvidence(config: ModelNames["config"], names: readonly string[]): string | undefined {
  const architectures = textsOf(config["architectures"]);
  const said: (readonly [where: string, text: string])[] = [
    ...architectures.map((text) => ["architectures", text] as const),
    ...["model_type", "_name_or_path"].flatMap((key) =>
      textsOf(config[key]).map((text) => [key, text] as const),
    ),
    ...textsOf(config["auto_map"]).map((text) => ["auto_map", text] as const),
    ...names.map((text) => ["its name", text] as const),
  ];
  const named = said.find(([, text]) => PROCESS_REWARD.test(words(text)));
  if (named !== undefined) return `${named[0]}: ${named[1]}`;
  const tokens = architectures.find((text) => TOKEN_CLASSIFICATION.test(text));
  if (tokens !== undefined) return `architectures: ${tokens}, which classifies every token`;
  const key = STEP_KEYS.find((each) => (config[each] ?? null) !== null);
  return key === undefined ? undefined : `${key} in config.json`;
}

/** Text, or all texts of a list or an object. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).filter((each): each is string => typeof each === "string");
}

/** Puts spaces between the words of a name: `Qwen2ForPrmModel`, `math-shepherd-mistral-7b-prm`, `process_reward`. */
function words(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .replace(/[^A-Za-z0-9]+/g, " ");
}
