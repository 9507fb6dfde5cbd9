import { named, type Draft } from "../../workspace/draft.js";

/** Something to try without typing. */
export const EXAMPLE: Draft = {
  messages: [{ role: "user", content: "My neighbour plays loud music at night. What should I do?" }],
  candidates: named([
    "Start with a friendly word: pick a calm moment, say how late it gets and how it affects you, and agree on a time for quiet. If that does not help, note dates and times, check your house rules, and ask the building manager or a mediation service before thinking of anything official.",
    "Play louder music back.",
    "You could talk to them, or call somebody.",
  ]),
};
