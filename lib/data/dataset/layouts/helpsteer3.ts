import { z } from "zod";
import type { Layout } from "./layout.js";
import { answersTo, identity, messages, optionalText, text } from "./fields.js";

const schema = z.object({
  ...identity,
  context: messages,
  response1: text,
  response2: text,
  overall_preference: z.number(),
  domain: optionalText,
});

/**
 * HelpSteer3 preference, dataset nvidia/HelpSteer3: messages in `context`, `overall_preference` from −3 (response 1 much
 * better) to 3 (response 2 much better); 0 states no preference. Source: the dataset's card.
 */
export const helpSteer3Layout: Layout = {
  name: "helpsteer3",
  title: "HelpSteer3 preference",
  matches: (row) => "overall_preference" in row && "response1" in row,
  parse(row) {
    const { id, context, response1, response2, overall_preference, domain } = schema.parse(row);
    if (overall_preference === 0) return undefined;
    const [first, second] = [answersTo(context, [response1]), answersTo(context, [response2])];
    const [chosen, rejected] = overall_preference < 0 ? [first, second] : [second, first];
    return { id, subset: domain, chosen, rejected };
  },
};
