import { once } from "node:events";
import { InvalidArgumentError } from "../../errors.js";
import type { RewardModel } from "../../model/reward-model.js";
import { RewardServer, type AccessLogForm } from "../../serve/http/index.js";
import { allowRoomyHeap } from "../../util/small-heap.js";
import type { CliIo } from "../terminal/cli-io.js";
import type { ModelOptions, OutputOptions } from "../arguments/command-options.js";
import { EXIT, errorText } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { tell } from "../terminal/printable.js";
import { upstreamOptions, type UpstreamArguments } from "../arguments/upstream-options.js";
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

export async function serve(io: CliIo, modelDir: string | undefined, options: ServeOptions): Promise<number> {
  const modelDirs = [...(modelDir === undefined ? [] : [modelDir]), ...(options.model ?? [])];
  if (modelDirs.length === 0) {
    throw new InvalidArgumentError("Expected a model to serve: serve <model-dir>, or --model <dir>.");
  }
  const socketPath = socketOf(options.listen);
  allowRoomyHeap();
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
        tell(io.stderr, errorText(error, { debug: options.debug === true }) ?? "");
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
  if (quiet === true) return first;
  const lines = endpoints.map(({ summary, curl }) => `\n# ${summary}\n${curl}`);
  return [first, ...lines].join("\n");
}
