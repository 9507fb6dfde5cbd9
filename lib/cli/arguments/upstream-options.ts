import type { Command } from "commander";
import { InvalidArgumentError } from "../../errors.js";
import type { RewardServerOptions } from "../../serve/http/index.js";
import { finiteNumber, nonNegativeNumber, positiveInteger, seconds } from "./numbers.js";

/** What the command line says of an upstream server. */
export interface UpstreamArguments {
  upstream?: string;
  bestOf?: number;
  minReward?: number;
  maxStd?: number;
  maxSamples?: number;
  logPairs?: string;
  upstreamTimeout?: number;
}

/** Best of n for any chat app. */
export function addUpstreamOptions(command: Command): void {
  command
    .option(
      "--upstream <url>",
      "answer /v1/chat/completions with the best of several of this OpenAI-compatible server's; LLAMA_REWARD_UPSTREAM_KEY is its key",
    )
    .option("--best-of <n>", "upstream: answers sampled for each request (default: 4)", positiveInteger)
    .option("--min-reward <x>", "upstream: sample again until an answer has this reward", finiteNumber)
    .option("--max-std <x>", "upstream: … and no larger std than this", nonNegativeNumber)
    .option(
      "--max-samples <n>",
      "upstream: … or so many were sampled (default: four times best-of)",
      positiveInteger,
    )
    .option("--log-pairs <file>", "upstream: append best and worst answer as pairs for DPO")
    .option("--upstream-timeout <s>", "upstream: seconds for one answer (default: 600)", seconds);
}

/** @throws InvalidArgumentError options of an upstream without one */
export function upstreamOptions(options: UpstreamArguments): RewardServerOptions["upstream"] {
  const { upstream: url, bestOf, minReward, maxStd, maxSamples, logPairs, upstreamTimeout } = options;
  if (url !== undefined) {
    const key = process.env["LLAMA_REWARD_UPSTREAM_KEY"];
    return { url, key, bestOf, minReward, maxStd, maxSamples, logPairs, timeoutMs: upstreamTimeout };
  }
  const given = Object.entries({
    "--best-of": bestOf,
    "--min-reward": minReward,
    "--max-std": maxStd,
    "--max-samples": maxSamples,
    "--log-pairs": logPairs,
    "--upstream-timeout": upstreamTimeout,
  }).find(([, value]) => value !== undefined);
  if (given === undefined) return undefined;
  throw new InvalidArgumentError(
    `${given[0]} goes with --upstream: name the server whose answers are chosen from.`,
  );
}
