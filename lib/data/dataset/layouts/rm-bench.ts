import { z } from "zod";
import type { Layout } from "./layout.js";
import { answersTo, identity, text, texts } from "./fields.js";

const STYLES = 3;
const schema = z.object({
  ...identity,
  prompt: text,
  chosen: texts.length(STYLES),
  rejected: texts.length(STYLES),
  domain: text,
});

/** RM-Bench, dataset THU-KEG/RM-Bench: three styles of a right and of a wrong answer. */
export const rmBenchLayout: Layout = {
  name: "rm-bench",
  title: "RM-Bench",
  matches: (row) => "domain" in row && Array.isArray(row["chosen"]) && !("num_correct" in row),
  parse(row) {
    const { id, prompt, chosen, rejected, domain } = schema.parse(row);
    return { id, subset: domain, chosen: answersTo(prompt, chosen), rejected: answersTo(prompt, rejected) };
  },
};
