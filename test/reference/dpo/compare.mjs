// Rewards of the trained policy that trained.py made beside those of transformers in float32; after `npm run build`.
//
//   node test/reference/dpo/compare.mjs WORK
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { convertCheckpoint } from "../../../dist/convert/index.js";
import { RewardModel } from "../../../dist/index.js";

/** Largest difference of a reward; of a sum of log-probabilities in the hundreds, what float32 leaves of its digits. */
const BOUND = 5e-4;
const RELATIVE_BOUND = 5e-6;

const work = process.argv[2] ?? ".";
const { beta, cases } = JSON.parse(readFileSync(path.join(work, "expected.json"), "utf8"));
const options = { device: "cpu", kvType: "f32" };
await compare("dpo", { reference: path.join(work, "reference"), beta }, "reward");
await compare("log-probability", { head: "log-probability" }, "policy");

async function compare(name, head, field) {
  const modelDir = path.join(work, `model-${name}`);
  if (!existsSync(modelDir))
    await convertCheckpoint(path.join(work, "policy"), modelDir, { type: "f32", ...head });
  const model = await RewardModel.load(modelDir, options);
  try {
    let largest = 0;
    let index = 0;
    const values = [];
    for await (const score of model.scoreMany(
      cases.map(({ messages }) => messages),
      { emit: ["ids"] },
    )) {
      const expected = cases[index++];
      if (score.inputIds.join() !== expected.ids.join()) throw new Error(`case ${index} has other token ids`);
      const difference = Math.abs(score.reward - expected[field]);
      if (!(difference < Math.max(BOUND, RELATIVE_BOUND * Math.abs(expected[field])))) process.exitCode = 1;
      largest = Math.max(largest, difference);
      values.push(expected[field]);
    }
    const { requestedTokens, computedTokens } = model.stats;
    const spread = `from ${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)}`;
    console.log(
      `${name}: ${index} answers, values ${spread}, largest difference ${largest.toExponential(2)}; ` +
        `${requestedTokens} tokens asked for, ${computedTokens} computed`,
    );
  } finally {
    await model.dispose();
  }
}
