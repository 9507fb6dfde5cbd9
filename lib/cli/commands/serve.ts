import { once } from "node:events";
import { RewardServer } from "../../serve/http/index.js";
import type { CliCommand } from "../arguments/command.js";
import type { CliIo } from "../terminal/cli-io.js";
import {
  addModelOptions,
  addOutputOptions,
  portNumber,
  type ModelOptions,
  type OutputOptions,
} from "../arguments/command-options.js";
import { EXIT, errorText } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { tell } from "../terminal/printable.js";
import { withModel } from "../arguments/with-model.js";

interface ServeOptions extends ModelOptions, OutputOptions {
  host: string;
  port: number;
}

/** `serve <model-dir> [--port N]`: until Ctrl-C, which is its normal end. */
export const serveCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("serve")
      .summary("answer reward requests over HTTP on this computer")
      .description(
        "Serves a model in the formats of OpenRLHF (/get_reward), vLLM and SGLang (/classify), Text Embeddings Inference " +
          "(/predict, /rerank) and Jina (/v1/rerank), and the records of score (/score). Rewards are raw. " +
          "The variable LLAMA_REWARD_TOKEN sets a token that clients must send.",
      )
      .argument("<model-dir>", "model folder made by convert or pull, or a Hub id")
      .option("--port <n>", "port to listen on", portNumber, 8080)
      .option("--host <address>", "address to listen on; any but the loopback needs a token", "127.0.0.1");
    addOutputOptions(addModelOptions(command), "print the address as one JSON object").action(act(serve));
  },
};

async function serve(io: CliIo, modelDir: string, options: ServeOptions): Promise<number> {
  await withModel(modelDir, options, io, async (model, progress) => {
    progress.stop();
    const server = await RewardServer.start(model, {
      host: options.host,
      port: options.port,
      token: process.env["LLAMA_REWARD_TOKEN"],
      onError: (error) => {
        tell(io.stderr, errorText(error, options.debug === true) ?? "");
      },
    });
    const { name } = model.description;
    await printLine(
      io.stdout,
      options.json === true
        ? JSON.stringify({ url: server.url, model: name })
        : `${name} answers at ${server.url}`,
    );
    if (!io.signal.aborted) await once(io.signal, "abort");
    await server.close();
  });
  return EXIT.ok;
}
