import type { CliCommand } from "../arguments/command.js";
import { addModelOptions, addOutputOptions, choice, collect } from "../arguments/command-options.js";
import { portNumber, positiveInteger, seconds, wholeNumber } from "../arguments/numbers.js";
import { addUpstreamOptions } from "../arguments/upstream-options.js";

/** `serve [model-dir] [--model DIR …] [--port N | --listen unix:PATH]`: until Ctrl-C, which is its normal end. */
export const serveCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("serve")
      .summary("answer reward requests over HTTP on this computer")
      .description(
        "Serves models in the formats of OpenRLHF (/get_reward), vLLM, SGLang and verl (/classify, /pooling, /score, /v1/embeddings), " +
          "Text Embeddings Inference (/predict, /rerank), Jina (/v1/rerank) and Cohere (/v2/rerank), and the records of score " +
          "(/v1/score). Rewards are raw. /openapi.json describes all of it, /metrics is for Prometheus. " +
          "The variable LLAMA_REWARD_TOKEN sets a token that clients must send.",
      )
      .argument("[model-dir]", "model folder made by convert or pull, or a Hub id")
      .option(
        "--model <dir>",
        "one more model; requests choose by its name (may be given several times)",
        collect<string>,
      )
      .option("--port <n>", "port to listen on; 0: any that is free", portNumber, 8080)
      .option("--host <address>", "address to listen on; any but the loopback needs a token", "127.0.0.1")
      .option("--listen <unix:path>", "a Unix socket (unix:/run/reward.sock) in place of host and port")
      .option(
        "--origin <url>",
        "pages of this origin may ask, too (may be given several times)",
        collect<string>,
      )
      .addOption(
        choice("--log <form>", "a line on stderr for every request: JSON, text, or none", [
          "json",
          "text",
          "none",
        ]).default("none"),
      );
    addUpstreamOptions(command);
    addLimits(command);
    addOutputOptions(addModelOptions(command), "print the address as one JSON object").action(
      act(async () => (await import("../actions/serve.js")).serve),
    );
  },
};

/** The limits have their defaults where they are used: `server-settings.ts`. */
function addLimits(command: Parameters<typeof addModelOptions>[0]): void {
  command
    .option("--max-body-bytes <n>", "largest body, unpacked (default: 32 MiB)", positiveInteger)
    .option(
      "--max-items <n>",
      "most records, texts or candidates in one request (default: 10000)",
      positiveInteger,
    )
    .option(
      "--max-item-chars <n>",
      "longest record, text or candidate (default: 4 Mi characters)",
      positiveInteger,
    )
    .option("--max-requests <n>", "requests at work at once (default: 256)", positiveInteger)
    .option("--max-queue <n>", "requests that wait; more get 429 (default: 4096)", wholeNumber)
    .option("--header-timeout <s>", "seconds for the head of a request (default: 10)", seconds)
    .option("--body-timeout <s>", "seconds for a whole body (default: 120)", seconds)
    .option("--idle-timeout <s>", "seconds without a byte of a body (default: 10)", seconds)
    .option("--answer-timeout <s>", "seconds for a client to take more of its answer (default: 60)", seconds)
    .option("--work-timeout <s>", "seconds from a whole body to its answer (default: 600)", seconds)
    .option("--keep-alive <s>", "seconds that an idle connection is kept (default: 75)", seconds);
}
