import { EnsembleScorer } from "../score/ensemble/ensemble-scorer.js";
import type { CombineRule } from "../score/ensemble/combine.js";
import type { BackboneStats } from "../score/backbone/context.js";
import type { LoadOptions } from "./load-options.js";
import { RewardModel } from "./reward-model.js";

/** How the rewards of an ensemble's members become one. */
export interface EnsembleOptions {
  /** `mean`, the default; `worst`, the least of them; `uwo`, their mean less `lambda` times their variance. */
  by?: CombineRule["by"] | undefined;
  /** Of `uwo`. Default 1. */
  lambda?: number | undefined;
  /** Puts the members' rewards on one scale: their means and standard deviations over some records, see `measureScales`. */
  scales?: CombineRule["scales"];
}

/**
 * Several reward models as one: each scores every answer, their rewards become one, and their spread is its `std`, an uncertainty for
 * models that have none. Each member's own reward stays in `ensemble.rewards`. Rewards of models that were trained apart have other scales:
 * without `scales` the one with the largest spread decides. All members are in memory together.
 * @example
 * ```ts
 * import { Ensemble } from "llama-reward";
 *
 * const ensemble = await Ensemble.load(["models/grm", "models/urm"], { by: "worst" });
 * const { reward, std, ensemble: members } = await ensemble.score([
 *   { role: "user", content: "What is 2 + 2?" },
 *   { role: "assistant", content: "4." },
 * ]);
 * console.log(reward, std, members?.rewards);
 * await ensemble.dispose();
 * ```
 */
export class Ensemble extends EnsembleScorer<RewardModel> {
  /**
   * @param members are disposed with it
   * @throws InvalidArgumentError fewer than two members, or one that does not reward whole answers
   */
  constructor(members: readonly RewardModel[], { by = "mean", lambda = 1, scales }: EnsembleOptions = {}) {
    super(members, { by, lambda, ...(scales === undefined ? {} : { scales }) });
  }

  /** Loads model folders, one after the other. @throws as `RewardModel.load`, and as the constructor */
  static async load(
    models: readonly string[],
    { by, lambda, scales, ...options }: EnsembleOptions & LoadOptions = {},
  ): Promise<Ensemble> {
    const members = await loadMembers(models, options);
    try {
      return new Ensemble(members, { by, lambda, scales });
    } catch (error) {
      await Promise.all(members.map((member) => member.dispose()));
      throw error;
    }
  }

  /** Where the members run. */
  get placement(): { warnings: readonly string[] } {
    return { warnings: [...new Set(this.members.flatMap(({ placement }) => placement.warnings))] };
  }

  /** Tokens of all members together. */
  get stats(): Readonly<BackboneStats> {
    const sum = (field: keyof BackboneStats): number =>
      this.members.reduce((total, { stats }) => total + stats[field], 0);
    return {
      requestedTokens: sum("requestedTokens"),
      computedTokens: sum("computedTokens"),
      reusedTokens: sum("reusedTokens"),
      batches: sum("batches"),
      roomTokens: sum("roomTokens"),
    };
  }
}

/** Loads model folders, or none. @throws as `RewardModel.load` */
export async function loadMembers(models: readonly string[], options: LoadOptions): Promise<RewardModel[]> {
  const members: RewardModel[] = [];
  try {
    for (const model of models) members.push(await RewardModel.load(model, options));
    return members;
  } catch (error) {
    await Promise.all(members.map((member) => member.dispose()));
    throw error;
  }
}
