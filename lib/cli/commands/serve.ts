import { once } from "node:events";
import { InvalidArgumentError } from "../../errors.js";
import type { RewardModel } from "../../model/reward-model.js";
import { RewardServer, type AccessLogForm } from "../../serve/http/index.js";
import type { CliCommand } from "../arguments/command.js";
import type { CliIo } from "../terminal/cli-io.js";
import {
  addModelOptions,
  addOutputOptions,
  choice,
  collect,
  type ModelOptions,
  type OutputOptions,
} from "../arguments/command-options.js";
import { portNumber, positiveInteger, seconds, wholeNumber } from "../arguments/numbers.js";
import { EXIT, errorText } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { printable, tell } from "../terminal/printable.js";
import {
  addUpstreamOptions,
  upstreamOptions,
  type UpstreamArguments,
} from "../arguments/upstream-options.js";
import { withModels } from "../arguments/with-model.js";

interface ServeOptions extends ModelOptions, OutputOptions, UpstreamArguments {
  model?: readonly string[];
  host: string;
  port: number;
  listen?: string;
  origin?: readonly string[];
  log: AccessLogForm;
  maxBodyBytes?: number;
  maxItems?: number;
  maxItemChars?: number;
  maxRequests?: number;
  maxQueue?: number;
  headerTimeout?: number;
  bodyTimeout?: number;
  idleTimeout?: number;
  answerTimeout?: number;
  workTimeout?: number;
  keepAlive?: number;
}

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
    addOutputOptions(addModelOptions(command), "print the address as one JSON object").action(act(serve));
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

async function serve(io: CliIo, modelDir: string | undefined, options: ServeOptions): Promise<number> {
  const modelDirs = [...(modelDir === undefined ? [] : [modelDir]), ...(options.model ?? [])];
  if (modelDirs.length === 0) {
    throw new InvalidArgumentError("Expected a model to serve: serve <model-dir>, or --model <dir>.");
  }
  const socketPath = socketOf(options.listen);
  await withModels(modelDirs, options, io, async (models) => {
    const server = await RewardServer.start(models, {
      host: options.host,
      port: options.port,
      socketPath,
      token: process.env["LLAMA_REWARD_TOKEN"],
      origins: options.origin,
      maxBodyBytes: options.maxBodyBytes,
      maxItems: options.maxItems,
      maxItemChars: options.maxItemChars,
      maxRequests: options.maxRequests,
      maxQueue: options.maxQueue,
      headerMs: options.headerTimeout,
      bodyMs: options.bodyTimeout,
      idleMs: options.idleTimeout,
      answerIdleMs: options.answerTimeout,
      workMs: options.workTimeout,
      keepAliveMs: options.keepAlive,
      upstream: upstreamOptions(options),
      log: options.log,
      onLog: (line) => {
        tell(io.stderr, line);
      },
      onError: (error) => {
        tell(io.stderr, errorText(error, options.debug === true) ?? "");
      },
    });
    await printLine(io.stdout, addressText(server, models, options));
    if (!io.signal.aborted) await once(io.signal, "abort");
    await server.close();
  });
  return EXIT.ok;
}

/** @throws InvalidArgumentError anything but `unix:PATH` */
function socketOf(listen: string | undefined): string | undefined {
  if (listen === undefined) return undefined;
  const path = /^unix:(.+)$/.exec(listen)?.[1];
  if (path !== undefined) return path;
  throw new InvalidArgumentError(
    `Expected unix:PATH for --listen but received ${listen}. A host and a port are --host and --port.`,
  );
}

function addressText(
  { url, endpoints }: RewardServer,
  models: readonly RewardModel[],
  { json, quiet }: ServeOptions,
): string {
  const names = models.map(({ description }) => description.name);
  if (json === true) return JSON.stringify({ url, model: names[0], models: names, endpoints });
  const first = `${names.join(", ")} ${names.length === 1 ? "answers" : "answer"} at ${url}`;
  if (quiet === true) return printable(first);
  const lines = endpoints.map(({ summary, curl }) => `\n# ${summary}\n${curl}`);
  return printable([first, ...lines].join("\n"));
}
