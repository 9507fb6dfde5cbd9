import { loadFlags, words } from "./as-command.js";
import { recordsOf, type RankCall } from "./call.js";

/** Where `llama-reward serve` listens unless told otherwise. */
const ADDRESS = "http://127.0.0.1:8080";

/** The ranking as a request to `llama-reward serve`, whose command stands above it. */
export function asCurl(call: RankCall): string {
  const records = recordsOf(call);
  const body = JSON.stringify(records.length === 1 ? records[0] : records);
  const serve = words(["llama-reward", "serve", call.modelDir, ...loadFlags(call)]);
  return [
    // A folder's name can hold a line break: what stands behind it is not to be a command.
    `# ${serve.replaceAll(/[\r\n]+/g, "\n# ")}`,
    words(["curl", `${ADDRESS}/v1/score`, "-H", "content-type: application/json", "--data-binary", body]),
  ].join("\n");
}
