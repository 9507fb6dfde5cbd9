// A worker without a model, which the environment tells what it needs: what is left is what a shard goes through before and after its
// scoring.
//
//   STUB='{"url":"redis://…","untilEmpty":true,"lockMs":30000,"pauseMs":0}' node scripts/soak/stub-worker.mjs
import { JobQueue } from "../../dist/serve/jobs/queue/job-queue.js";
import { work } from "../../dist/serve/jobs/work.js";
import { stubScorer } from "./stub-scorer.mjs";

const { url, pauseMs, ...options } = JSON.parse(process.env.STUB);
const queue = await JobQueue.open({ url, name: "llama-reward" });
const source = { open: async (run) => stubScorer(run, pauseMs) };
const signal = new AbortController().signal;
const counts = await work({ ...options, queue, source, signal, onNote: console.error });
await queue.close();
console.log(JSON.stringify(counts));
