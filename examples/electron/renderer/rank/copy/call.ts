import type { Message } from "llama-reward/electron/renderer";
import type { LoadSettings, OrderSettings } from "../../workspace/settings.js";
import type { Ranking } from "../results/ranking.js";
import { stepsOf } from "../steps-of.js";

/** A ranking as a program would ask for it. */
export interface RankCall {
  modelDir: string;
  task: Ranking["model"]["task"];
  messages: readonly Message[];
  answers: readonly string[];
  load: LoadSettings;
  order: OrderSettings;
}

/** The only turn's text where it is the user's; else the turns themselves. */
export function promptOf({ messages }: RankCall): string | readonly Message[] {
  const [only] = messages;
  return messages.length === 1 && only?.role === "user" ? only.content : messages;
}

/** The call as records of the `score` command: one for each answer where steps are rewarded. */
export function recordsOf(call: RankCall): object[] {
  const { task, answers } = call;
  const prompt = promptOf(call);
  if (task === "steps") return answers.map((answer) => ({ prompt, steps: stepsOf(answer) }));
  if (task === "compare") return [{ prompt, chosen: answers[0], rejected: answers[1] }];
  return [{ prompt, responses: answers }];
}
