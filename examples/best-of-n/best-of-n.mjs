// The best of n answers, generator and reward model in one process:
//   node best-of-n.mjs GENERATOR.gguf REWARD-MODEL "PROMPT" [N]
import { RewardModel } from "llama-reward";
import { bestOf } from "llama-reward/best-of";
import { openGenerator } from "./generator.mjs";

const [gguf, modelDir, prompt, n = "8"] = process.argv.slice(2);
if (prompt === undefined) {
  console.error('usage: node best-of-n.mjs GENERATOR.gguf REWARD-MODEL "PROMPT" [N]');
  process.exit(2);
}

const generator = await openGenerator(gguf);
const model = await RewardModel.load(modelDir);
try {
  const { best, candidates, failures } = await bestOf({
    prompt,
    model,
    n: Number(n),
    generate: ({ seed, signal }) => generator.generate(prompt, { seed, signal }),
  });
  for (const { sample, score } of candidates) console.log(score.reward.toFixed(3), JSON.stringify(sample));
  for (const { index, error } of failures) console.error(`sample ${index}: ${error.message}`);
  console.log(`\n${best.sample}`);
} finally {
  await model.dispose();
  await generator.dispose();
}
