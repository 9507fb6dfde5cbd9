import { z } from "zod";
import { text } from "../layouts/fields.js";
import { helpSteerTurns } from "../layouts/marked-turns.js";
import type { Form } from "./form.js";

const RATINGS = ["helpfulness", "correctness", "coherence", "complexity", "verbosity"] as const;
const schema = z.object({ prompt: text, response: text });

/**
 * Ratings of HelpSteer and HelpSteer2, datasets nvidia/HelpSteer and nvidia/HelpSteer2: an answer with five ratings, behind a
 * prompt whose turns are marked as those of the preferences are. Source: the datasets' cards.
 */
export const helpSteerRatingsForm: Form = {
  title: "HelpSteer2 ratings",
  rivals: [],
  matches: (row) =>
    typeof row["prompt"] === "string" &&
    "response" in row &&
    RATINGS.every((name) => typeof row[name] === "number"),
  parse(row) {
    const { prompt, response } = schema.parse(row);
    return [...helpSteerTurns(prompt), { role: "assistant", content: response }];
  },
};
