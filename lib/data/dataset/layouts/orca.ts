import { z } from "zod";
import type { Layout } from "./layout.js";
import { answersTo, identity, optionalText, text, withSystem } from "./fields.js";

const schema = z.object({ ...identity, system: optionalText, question: text, chosen: text, rejected: text });

/** Intel/orca_dpo_pairs: a system text, which may be empty, a question and two answers. Source: the dataset's card. */
export const orcaLayout: Layout = {
  name: "orca",
  title: "Orca DPO pairs",
  honours: ["system"],
  matches: (row) =>
    "question" in row && "system" in row && typeof row["chosen"] === "string" && !("prompt" in row),
  parse(row) {
    const { id, system, question, chosen, rejected } = schema.parse(row);
    const prompt = withSystem(system, [{ role: "user", content: question }]);
    return { id, subset: "", chosen: answersTo(prompt, [chosen]), rejected: answersTo(prompt, [rejected]) };
  },
};
