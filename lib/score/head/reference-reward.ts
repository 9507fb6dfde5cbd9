import { CheckpointError } from "../../errors.js";

/** A model's name whose words are apart: POLAR, which compares an answer with a reference. */
const POLAR = /(?<![a-z])polar(?![a-z])/i;

/**
 * Refuses POLAR: its one prompt holds a reference answer and the candidate, and its head and backbone look like InternLM 2's reward
 * models, so that a conversation would get a plausible number of another meaning. Source: InternLM/POLAR `reward_func.py`.
 * @param names of the folder, on the Hub, in `config.json`
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED`
 */
export function refuseReferenceReward(names: readonly unknown[]): void {
  const name = names.find((each): each is string => typeof each === "string" && POLAR.test(each));
  if (name === undefined) return;
  throw new CheckpointError(
    "CHECKPOINT_UNSUPPORTED",
    `This looks like POLAR (${name}), which compares an answer with a reference answer: its prompt has no place in this version. ` +
      "If it is another model after all, correct that name.",
    { details: { name } },
  );
}
