import { z } from "zod";
import { optionalText, withSystem } from "../layouts/fields.js";
import { shareGptTurns, turn } from "../layouts/sharegpt-turns.js";
import type { Form } from "./form.js";

const schema = z.object({ conversations: z.array(turn).min(1), system: optionalText });

/** ShareGPT: `conversations` of `{ from, value }`, and perhaps a `system` text. Source: LLaMA-Factory, `data/README.md`. */
export const shareGptForm: Form = {
  title: "ShareGPT conversations",
  honours: ["system"],
  rivals: ["messages", "response", "responses", "chosen", "rejected", "instruction"],
  matches: (row) => Array.isArray(row["conversations"]) && !("chosen" in row) && !("rejected" in row),
  parse(row) {
    const { conversations, system } = schema.parse(row);
    return withSystem(system, shareGptTurns(conversations));
  },
};
