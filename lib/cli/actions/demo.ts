import { fileURLToPath } from "node:url";
import { RewardModel } from "../../model/reward-model.js";
import type { RankedScore } from "../../score/score.js";
import type { CliIo } from "../terminal/cli-io.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { excerpt, table } from "../terminal/table.js";
import { DEMO_PROMPTS } from "./demo-prompts.js";

/** Model folders that come with the package; `scripts/train/` makes them. */
const MODELS = [
  { name: "smol-grm", about: "a value head, as GRM has" },
  { name: "smol-urm", about: "gated attributes with uncertainty, as URM has" },
] as const;

const EXCERPT_WIDTH = 48;

export async function demo(io: CliIo): Promise<number> {
  for (const { name, about } of MODELS) {
    const directory = fileURLToPath(new URL(`../../../examples/models/${name}`, import.meta.url));
    const model = await RewardModel.load(directory, { signal: io.signal });
    try {
      const started = performance.now();
      await printLine(io.stdout, `${name}: ${about}\n`);
      const rankings = await Promise.all(
        DEMO_PROMPTS.map(({ prompt, responses }) => model.rank(prompt, responses, { signal: io.signal })),
      );
      const seconds = ((performance.now() - started) / 1000).toFixed(2);
      for (const [index, { prompt, responses }] of DEMO_PROMPTS.entries()) {
        await printLine(io.stdout, `${prompt}\n${describe(rankings[index] ?? [], responses)}\n`);
      }
      await printLine(io.stdout, `${DEMO_PROMPTS.length} prompts in ${seconds} s.\n`);
    } finally {
      await model.dispose();
    }
  }
  await printLine(
    io.stdout,
    "These two models are toys to try the software with: they tell good answers from broken ones, not right from wrong. A real one:\n\n" +
      "  npx llama-reward pull Ray2333/GRM-llama3.2-3B-sftreg --to models/grm-3b\n" +
      '  npx llama-reward rank models/grm-3b --prompt "…" --response "…" --response "…"',
  );
  return EXIT.ok;
}

function describe(ranked: readonly RankedScore[], responses: readonly string[]): string {
  const attributes = Object.keys(ranked[0]?.attributes ?? {});
  const hasStd = ranked[0]?.std !== undefined;
  const header = ["rank", "reward", ...(hasStd ? ["± std"] : []), ...attributes, "response"];
  const rows = ranked.map((score) => [
    score.rank,
    score.reward.toFixed(3),
    ...(score.std === undefined ? [] : [score.std.toFixed(3)]),
    ...attributes.map((name) => score.attributes?.[name]?.mean.toFixed(2) ?? ""),
    excerpt(responses[score.index] ?? "", EXCERPT_WIDTH) || "(nothing)",
  ]);
  return table([header, ...rows]);
}
