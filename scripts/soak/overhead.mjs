// What the queue costs: records per second of one worker beside `score` on the same file, in turns.
//
//   node scripts/soak/overhead.mjs [--rounds 5] [--records 3000] [--words 150] [--chunk 1000] [--model DIR] [--threads 1]
//
// After `npm run build`; needs redis-server. Both rates are from the first record to the last, without loading the model.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { writeRecords } from "./records.mjs";
import { RedisServer } from "./redis-server.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");
const CLI = path.join(ROOT, "dist/cli/main.js");
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    records: { type: "string", default: "3000" },
    words: { type: "string", default: "150" },
    chunk: { type: "string", default: "1000" },
    threads: { type: "string", default: "1" },
    model: { type: "string", default: path.join(ROOT, "examples/models/smol-grm") },
  },
});
const { model, chunk, threads } = values;
const folder = mkdtempSync(path.join(os.tmpdir(), "llama-reward-overhead-"));
const redis = await RedisServer.start(folder);
try {
  const input = path.join(folder, "in.jsonl");
  await writeRecords(input, Number(values.records), Number(values.words));
  const ratios = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const out = path.join(folder, String(round));
    const alone = Number(
      /([\d.]+) records\/s/.exec(
        run("score", model, input, "--out", `${out}.jsonl`, "--threads", threads).stderr.split("Scored")[1],
      )[1],
    );
    run("submit", model, input, "--queue", redis.url, "--out", out, "--chunk", chunk, "--quiet");
    const counts = JSON.parse(
      run(
        "work",
        "--queue",
        redis.url,
        "--models",
        model,
        "--threads",
        threads,
        "--until-empty",
        "--json",
        "--quiet",
      ).stdout,
    );
    const queued = (1000 * counts.records) / counts.busyMs;
    ratios.push(queued / alone);
    console.log(
      `score ${alone.toFixed(1)} records/s, worker ${queued.toFixed(1)}, ${(queued / alone).toFixed(3)}`,
    );
  }
  ratios.sort((a, b) => a - b);
  console.log(`median ${ratios[Math.floor(ratios.length / 2)].toFixed(3)}`);
} finally {
  await redis.kill();
  rmSync(folder, { recursive: true, force: true });
}

function run(...args) {
  const result = spawnSync(process.execPath, [CLI, ...args], { encoding: "utf8" });
  // Records with errors make the exit status 3.
  if (result.status !== 0 && result.status !== 3) throw new Error(result.stderr);
  return result;
}
