import { z } from "zod";
import type { Layout } from "./layout.js";
import { identity, optionalText, withSystem } from "./fields.js";
import { shareGptTurns, turn } from "./sharegpt-turns.js";

const schema = z.object({
  ...identity,
  conversations: z.array(turn).min(1),
  chosen: turn,
  rejected: turn,
  system: optionalText,
});

/** Preferences in ShareGPT's form: `conversations`, and one turn each as `chosen` and `rejected`. Source: LLaMA-Factory, `data/README.md`. */
export const shareGptPairLayout: Layout = {
  name: "sharegpt-pair",
  title: "ShareGPT preference",
  honours: ["system"],
  matches: (row) => Array.isArray(row["conversations"]) && isTurn(row["chosen"]) && isTurn(row["rejected"]),
  parse(row) {
    const { id, conversations, chosen, rejected, system } = schema.parse(row);
    const prompt = withSystem(system, shareGptTurns(conversations));
    return {
      id,
      subset: "",
      chosen: [[...prompt, ...shareGptTurns([chosen])]],
      rejected: [[...prompt, ...shareGptTurns([rejected])]],
    };
  },
};

function isTurn(value: unknown): boolean {
  return turn.safeParse(value).success;
}
