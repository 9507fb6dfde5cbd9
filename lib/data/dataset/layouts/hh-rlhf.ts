import { z } from "zod";
import { unreadable } from "../../../formats/rows.js";
import type { Layout } from "./layout.js";
import { identity, optionalText, text } from "./fields.js";
import { dialogueTurns, isDialogue } from "./marked-turns.js";

const schema = z.object({ ...identity, chosen: text, rejected: text, subset: optionalText });

/** Anthropic/hh-rlhf: whole dialogues in `chosen` and `rejected`, which differ in their last answer; no `prompt`. */
export const hhRlhfLayout: Layout = {
  name: "hh-rlhf",
  title: "Anthropic HH dialogues",
  matches: (row) => isDialogue(row["chosen"]) && isDialogue(row["rejected"]),
  parse(row) {
    const { id, chosen, rejected, subset } = schema.parse(row);
    if ("prompt" in (row as object) && (row as { prompt: unknown }).prompt !== null) {
      throw unreadable(
        "The record can be read in two ways: as answers to its prompt, and as whole dialogues (\\n\\nHuman: …) in chosen and " +
          "rejected. Drop prompt, or leave only the answers in chosen and rejected.",
      );
    }
    return { id, subset, chosen: [dialogueTurns(chosen)], rejected: [dialogueTurns(rejected)] };
  },
};
