import { promptOf, recordsOf, type RankCall } from "./call.js";
import { quoteShell } from "./quote-shell.js";

/** The ranking as a command: `rank` for one question, `score` for turns and steps. */
export function asCommand(call: RankCall): string {
  const { modelDir, task, answers, order } = call;
  const prompt = promptOf(call);
  const isPlain = typeof prompt === "string" && task !== "steps";
  const load = loadFlags(call);
  if (!isPlain) {
    const lines = recordsOf(call).map((record) => quoteShell(JSON.stringify(record)));
    return `printf '%s\\n' ${lines.join(" ")} | ${words(["llama-reward", "score", modelDir, "-", ...load])}`;
  }
  if (task === "compare") {
    const [a = "", b = ""] = answers;
    return words(["llama-reward", "compare", modelDir, "--prompt", prompt, "--a", a, "--b", b, ...load]);
  }
  const texts = answers.flatMap((answer) => ["--response", answer]);
  const flags = [
    ...(order.penalty === undefined ? [] : ["--penalty", String(order.penalty)]),
    ...(order.maxStd === undefined ? [] : ["--max-std", String(order.maxStd)]),
  ];
  return words(["llama-reward", "rank", modelDir, "--prompt", prompt, ...texts, ...flags, ...load]);
}

/** Options of the model, as every command takes them. */
export function loadFlags({ load }: Pick<RankCall, "load">): string[] {
  const { device, contextLength, truncate, specialTokens } = load;
  return [
    ...(device === undefined ? [] : ["--device", device]),
    ...(contextLength === undefined ? [] : ["--context", String(contextLength)]),
    ...(truncate === undefined ? [] : ["--truncate", truncate]),
    ...(specialTokens === undefined ? [] : ["--special-tokens", specialTokens]),
  ];
}

export const words = (parts: readonly string[]): string => parts.map(quoteShell).join(" ");
