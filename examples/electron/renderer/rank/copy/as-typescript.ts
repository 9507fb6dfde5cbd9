import { stepsOf } from "../steps-of.js";
import { promptOf, type RankCall } from "./call.js";

/** The ranking as a program; plain JavaScript, too. */
export function asTypeScript(call: RankCall): string {
  const { modelDir, load, order } = call;
  const hasOrder = Object.keys(order).length > 0 && call.task !== "compare";
  const options = Object.keys(load).length === 0 ? "" : `, ${literal(load)}`;
  return [
    `import { RewardModel } from "llama-reward";`,
    ...(hasOrder ? [`import { rankByUncertainty } from "llama-reward/eval";`] : []),
    "",
    `const model = await RewardModel.load(${literal(modelDir)}${options});`,
    `const prompt = ${literal(promptOf(call))};`,
    ...body(call, hasOrder),
    "await model.dispose();",
    "",
  ].join("\n");
}

function body({ task, answers, order }: RankCall, hasOrder: boolean): string[] {
  if (task === "compare") {
    const [a, b] = answers.map(literal);
    return [
      `const { probability } = await model.compare(prompt, ${a ?? ""}, ${b ?? ""});`,
      "console.log(probability);",
    ];
  }
  const responses = `const responses = ${literal(task === "steps" ? answers.map(stepsOf) : answers)};`;
  if (!hasOrder) {
    return [
      responses,
      "for (const { rank, index, reward } of await model.rank(prompt, responses)) console.log(rank, index, reward);",
    ];
  }
  return [
    responses,
    "const scores = await model.rank(prompt, responses);",
    `for (const { rank, score } of rankByUncertainty(scores, ${literal(order)})) console.log(rank, score.index, score.reward);`,
  ];
}

/** JSON is a literal of JavaScript, line separators of Unicode included. */
const literal = (value: unknown): string => JSON.stringify(value, undefined, 2);
