import { z } from "zod";
import type { Layout } from "./layout.js";
import { alpaca, alpacaPrompt, ALPACA_COLUMNS } from "./alpaca-prompt.js";
import { answersTo, identity, text } from "./fields.js";

const schema = z.object({ ...identity, ...alpaca, chosen: text, rejected: text });

/** Preferences in Alpaca's form: `instruction`, `input`, `chosen`, `rejected`. Source: LLaMA-Factory, `data/README.md`. */
export const alpacaPairLayout: Layout = {
  name: "alpaca-pair",
  title: "Alpaca preference",
  honours: ALPACA_COLUMNS,
  matches: (row) => "instruction" in row && typeof row["chosen"] === "string" && !("prompt" in row),
  parse(row) {
    const { id, chosen, rejected, ...columns } = schema.parse(row);
    const prompt = alpacaPrompt(columns);
    return { id, subset: "", chosen: answersTo(prompt, [chosen]), rejected: answersTo(prompt, [rejected]) };
  },
};
