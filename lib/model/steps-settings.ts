import { InvalidArgumentError, ModelLoadError } from "../errors.js";
import type { HeadDefinition } from "../score/head/head.js";
import type { ScoringSettings } from "../score/score.js";
import type { RewardJson } from "./folder/reward-json.js";
import type { LoadOptions } from "./load-options.js";

/**
 * What the options say about steps.
 * @throws InvalidArgumentError `aggregate` for a model of whole answers, or a truncation, which would cut off steps
 * @throws ModelLoadError `MODEL_INVALID` head and prompt are of different kinds
 */
export function stepsSettings(
  { prompt, name }: RewardJson,
  { kind, task }: Pick<HeadDefinition, "kind" | "task">,
  { aggregate, truncate = "error" }: LoadOptions,
): Pick<ScoringSettings, "aggregate"> {
  const { steps, readsAnswer } = prompt;
  if ((task === "steps") !== (steps !== undefined)) {
    throw new ModelLoadError(
      "MODEL_INVALID",
      `reward.json says one thing of ${name}'s head (${kind}) and another of its prompt. Convert the model again.`,
    );
  }
  if (readsAnswer === true && truncate !== "error") {
    throw new InvalidArgumentError(
      `${name} rewards every token of an answer, and truncate ${truncate} would cut some off. Raise the context length instead.`,
    );
  }
  if (steps === undefined) {
    if (aggregate === undefined) return {};
    throw new InvalidArgumentError(
      `${name} rewards whole answers, so there is nothing to aggregate. Leave aggregate out; it is for process reward models.`,
    );
  }
  if (truncate !== "error") {
    throw new InvalidArgumentError(
      `${name} rewards every step of an answer, and truncate ${truncate} would cut some off. Raise the context length instead.`,
    );
  }
  return { aggregate: aggregate ?? steps.aggregate };
}
