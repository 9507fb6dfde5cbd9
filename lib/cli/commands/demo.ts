import { fileURLToPath } from "node:url";
import { RewardModel } from "../../model/reward-model.js";
import type { RankedScore } from "../../score/score.js";
import type { CliCommand } from "../arguments/command.js";
import type { CliIo } from "../terminal/cli-io.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { excerpt, table } from "../terminal/table.js";

/** Model folders that come with the package; `scripts/make-example-models.mjs` makes them. */
const MODELS = [
  { name: "tiny-grm", about: "a value head, as GRM has" },
  { name: "tiny-urm", about: "gated attributes with uncertainty, as URM has" },
] as const;

const PROMPT = "My train leaves at 9:40 and the walk to the station takes 25 minutes. When should I leave?";
const RESPONSES = [
  "Leave by 9:05: 25 minutes to walk, and ten to spare in case something holds you up.",
  "Leave at 9:40.",
  "Trains are a fine way to travel. The first railway opened in 1825.",
];
const EXCERPT_WIDTH = 48;

/** `demo`: scores example answers with the two tiny models that come with the package. */
export const demoCommand: CliCommand = {
  add(program, act) {
    program
      .command("demo")
      .summary("score example answers with the tiny models that come with the package")
      .description("Scores example answers, offline, with two tiny models of random weights.")
      .action(act(demo));
  },
};

async function demo(io: CliIo): Promise<number> {
  await printLine(io.stdout, `Prompt: ${PROMPT}\n`);
  for (const { name, about } of MODELS) {
    const directory = fileURLToPath(new URL(`../../../examples/models/${name}`, import.meta.url));
    const model = await RewardModel.load(directory, { signal: io.signal, threads: 1 });
    try {
      const ranked = await model.rank(PROMPT, RESPONSES, { signal: io.signal });
      await printLine(io.stdout, `${name}: ${about}\n${describe(ranked)}\n`);
    } finally {
      await model.dispose();
    }
  }
  await printLine(
    io.stdout,
    "These two models have random weights: they show the mechanism, their opinions mean nothing. A real one:\n\n" +
      "  npx llama-reward pull Ray2333/GRM-llama3.2-3B-sftreg --to models/grm-3b\n" +
      '  npx llama-reward rank models/grm-3b --prompt "…" --response "…" --response "…"',
  );
  return EXIT.ok;
}

function describe(ranked: readonly RankedScore[]): string {
  const attributes = Object.keys(ranked[0]?.attributes ?? {});
  const hasStd = ranked[0]?.std !== undefined;
  const header = ["rank", "reward", ...(hasStd ? ["± std"] : []), ...attributes, "response"];
  const rows = ranked.map((score) => [
    score.rank,
    score.reward.toFixed(3),
    ...(score.std === undefined ? [] : [score.std.toFixed(3)]),
    ...attributes.map((name) => score.attributes?.[name]?.mean.toFixed(2) ?? ""),
    excerpt(RESPONSES[score.index] ?? "", EXCERPT_WIDTH),
  ]);
  return table([header, ...rows]);
}
