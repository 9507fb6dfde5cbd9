import { z } from "zod";
import { alpaca, ALPACA_COLUMNS, alpacaPrompt } from "../layouts/alpaca-prompt.js";
import { text } from "../layouts/fields.js";
import type { Form } from "./form.js";

const schema = z.object({ ...alpaca, output: text });

/** Alpaca: `instruction`, perhaps `input`, and the answer as `output`. Source: LLaMA-Factory, `data/README.md`. */
export const alpacaForm: Form = {
  title: "Alpaca (instruction, input, output)",
  honours: ALPACA_COLUMNS,
  rivals: ["messages", "prompt", "response", "responses", "conversations"],
  matches: (row) => typeof row["instruction"] === "string" && "output" in row && !("chosen" in row),
  parse(row) {
    const { output, ...columns } = schema.parse(row);
    return [...alpacaPrompt(columns), { role: "assistant", content: output }];
  },
};
