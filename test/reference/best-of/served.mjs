// llama.cpp's own server, and `serve --upstream`'s in front of it: OpenAI's client asks for the best of 8. The mean reward of the best must
// lie above that of one sample by more than chance, each reward must be that of `score`, and a client that goes away must end the upstream's
// work.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import { RewardModel } from "../../../dist/index.js";
import { RewardServer } from "../../../dist/serve/http/index.js";
import { startLlamaServer } from "./llama-server.mjs";

const BENCH = path.resolve(import.meta.dirname, "../../../bench/best-of.mjs");
const N = 8;
const PROMPT = { role: "user", content: "Write a long story about a lighthouse." };
/** What other batches change of a reward where weights have four bits and the KV cache sixteen. */
const BATCH_NOISE = 1e-3;

/** @param {{ generator: string, rewardModel: string, prompts: string }} options */
export async function checkServed({ generator, rewardModel, prompts }) {
  const upstream = await startLlamaServer(generator, N);
  try {
    console.log(JSON.stringify(figure(upstream.url, rewardModel, prompts)));
    const model = await RewardModel.load(rewardModel);
    const proxy = await RewardServer.start(model, { upstream: { url: upstream.url, bestOf: N } });
    try {
      const client = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "none", maxRetries: 0 });
      const [served] = (await client.models.list()).data;
      const request = { model: served.id, messages: [PROMPT], temperature: 1 };
      await checkRewards(client, request, model);
      await checkAbort(client, request, model, upstream.url);
    } finally {
      await proxy.close(0);
      await model.dispose();
    }
  } finally {
    upstream.end();
  }
  console.log("ok   served: rewards of candidates are those of score; an abort ends the upstream's work");
}

/** What best of n gains, by the benchmark's own script. */
function figure(upstream, rewardModel, prompts) {
  const options = { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] };
  const result = JSON.parse(
    execFileSync(process.execPath, [BENCH, upstream, rewardModel, `${N}`, prompts], options),
  );
  assert.ok(result.gain95[0] > 0, `the best of ${N} gains ${result.gain}, 95 % interval ${result.gain95}`);
  return result;
}

async function checkRewards(client, request, model) {
  const answer = await client.chat.completions.create({
    ...request,
    max_tokens: 40,
    llama_reward: { candidates: true },
  });
  const { candidates, reward } = answer.llama_reward;
  assert.equal(candidates.length, N);
  assert.ok(new Set(candidates.map(({ message }) => message.content)).size > 1, "all answers are the same");
  assert.equal(reward, Math.max(...candidates.map((candidate) => candidate.reward)));
  for (const { message, reward: given } of candidates) {
    const { role, content } = message;
    const alone = await model.score([PROMPT, { role, content }]);
    assert.ok(Math.abs(alone.reward - given) < BATCH_NOISE, `${given} is not ${alone.reward}`);
  }
}

async function checkAbort(client, request, model, upstream) {
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
}

async function busySlots(upstream) {
  const slots = await (await fetch(new URL("/slots", upstream))).json();
  return slots.filter(({ is_processing: isBusy }) => isBusy).length;
}
