import { z } from "zod";
import type { Layout } from "./layout.js";
import { answersTo, identity, optionalText, text } from "./fields.js";

const schema = z.object({
  ...identity,
  history: text,
  human_ref_A: text,
  human_ref_B: text,
  labels: z.literal([0, 1]),
  domain: optionalText,
});

/**
 * stanfordnlp/SHP and SHP-2: a post (`history`) and two comments; `labels` is 1 where A is preferred, 0 where B is. Source: the
 * dataset's card.
 */
export const shpLayout: Layout = {
  name: "shp",
  title: "Stanford Human Preferences",
  honours: ["history"],
  matches: (row) => "human_ref_A" in row && "human_ref_B" in row,
  parse(row) {
    const { id, history, human_ref_A, human_ref_B, labels, domain } = schema.parse(row);
    const [a, b] = [answersTo(history, [human_ref_A]), answersTo(history, [human_ref_B])];
    const [chosen, rejected] = labels === 1 ? [a, b] : [b, a];
    return { id, subset: domain, chosen, rejected };
  },
};
