// Keeps the rows of a dataset whose answer has a high enough reward, and writes it beside them:
//   node filter.mjs MODEL INPUT OUTPUT [--min-reward X]
// INPUT may be Parquet, JSON Lines, a folder or hub:owner/name; OUTPUT Parquet or JSON Lines, by its name.
import { parseArgs } from "node:util";
import { RewardModel } from "llama-reward";
import { openDataset, readRecord, scoreRecords, writeDataset } from "llama-reward/data";

const { values, positionals } = parseArgs({
  options: { "min-reward": { type: "string", default: "0" } },
  allowPositionals: true,
});
const [modelDir, input, output] = positionals;
const least = Number(values["min-reward"]);
if (output === undefined || !Number.isFinite(least)) {
  console.error("usage: node filter.mjs MODEL INPUT OUTPUT [--min-reward X]");
  process.exit(2);
}

const counts = { kept: 0, left: 0, failed: 0 };
const model = await RewardModel.load(modelDir);
try {
  const dataset = await openDataset(input);
  await writeDataset(output, good(dataset, model));
} finally {
  await model.dispose();
}
console.log(`${counts.kept} kept, ${counts.left} left out, ${counts.failed} not scored`);

/** Scores come in the order of the rows; as many rows wait here as are being scored. */
async function* good(dataset, scorer) {
  const waiting = [];
  async function* records() {
    for await (const row of dataset.rows()) {
      waiting.push(row.value);
      yield readRecord(row);
    }
  }
  for await (const { id, scores, error } of scoreRecords(records(), scorer)) {
    const row = waiting.shift();
    const problem = error ?? scores.find((settled) => settled.error !== undefined)?.error;
    if (problem !== undefined) {
      counts.failed++;
      console.error(`${id}: ${problem.message}`);
      continue;
    }
    // Of a row with several answers its best counts.
    const reward = Math.max(...scores.map(({ score }) => score.reward));
    if (reward < least) counts.left++;
    else {
      counts.kept++;
      yield { ...row, reward };
    }
  }
}
