import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { asCommand } from "../../../../../examples/electron/renderer/rank/copy/as-command.js";
import { asCurl } from "../../../../../examples/electron/renderer/rank/copy/as-curl.js";
import { asTypeScript } from "../../../../../examples/electron/renderer/rank/copy/as-typescript.js";
import { quoteShell } from "../../../../../examples/electron/renderer/rank/copy/quote-shell.js";
import type { RankCall } from "../../../../../examples/electron/renderer/rank/copy/call.js";

const NASTY = `it's "here" $HOME \`id\` \\n %s\n-x ünï \u2028`;
const call: RankCall = {
  modelDir: "my models/a'b",
  task: "score",
  messages: [{ role: "user", content: NASTY }],
  answers: [NASTY, "-b", "", "=ls"],
  load: { device: "cuda:1", contextLength: 4096, truncate: "left", specialTokens: "literal" },
  order: { penalty: 0.5, maxStd: 2 },
};
const chat: RankCall = { ...call, messages: [{ role: "system", content: NASTY }, ...call.messages] };
const LOAD = ["--device", "cuda:1", "--context", "4096", "--truncate", "left", "--special-tokens", "literal"];

/** Arguments a shell gives to the programs of a script, and what one of them reads. */
function run(script: string): { args: string[]; input: string } {
  const stub =
    'f() { printf \'%s\\0\' "$@"; }; llama-reward() { f "$@"; if [ "$1" = score ]; then cat; fi; }; curl() { f "$@"; }';
  const parts = execFileSync("bash", ["-c", `${stub}\n${script}`], { encoding: "utf8" }).split("\0");
  return { args: parts.slice(0, -1), input: parts.at(-1) ?? "" };
}

describe.skipIf(process.platform === "win32")("a ranking for a shell", () => {
  it("is rank for one question", () => {
    const responses = call.answers.flatMap((answer) => ["--response", answer]);
    expect(run(asCommand(call)).args).toEqual([
      ...["rank", "my models/a'b", "--prompt", NASTY, ...responses],
      ...["--penalty", "0.5", "--max-std", "2", ...LOAD],
    ]);
  });

  it("is score for turns, and for steps", () => {
    const { args, input } = run(asCommand(chat));
    expect(args).toEqual(["score", "my models/a'b", "-", ...LOAD]);
    expect(JSON.parse(input)).toEqual({ prompt: chat.messages, responses: chat.answers });
    const steps = run(asCommand({ ...call, task: "steps", answers: ["a\n\nb", "c"] }));
    expect(
      steps.input
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { prompt: NASTY, steps: ["a", "b"] },
      { prompt: NASTY, steps: ["c"] },
    ]);
  });

  it("is compare for models that only compare", () => {
    const { args } = run(asCommand({ ...call, task: "compare", answers: ["-a", "b"] }));
    expect(args).toEqual(["compare", "my models/a'b", "--prompt", NASTY, "--a", "-a", "--b", "b", ...LOAD]);
  });

  it("is a request of the server", () => {
    const text = asCurl(chat);
    expect(text).toMatch(/^# llama-reward serve 'my models\/a'\\''b' --device cuda:1/);
    const { args } = run(text);
    expect(args[0]).toBe("http://127.0.0.1:8080/v1/score");
    expect(JSON.parse(args.at(-1) ?? "")).toEqual({ prompt: chat.messages, responses: chat.answers });
  });
});

describe("words of a shell", () => {
  it("are quoted where a shell other than bash sees more in them", () => {
    // zsh takes `=ls` for the path of ls.
    expect(quoteShell("=ls")).toBe("'=ls'");
    expect(quoteShell("models/a-1.5_b")).toBe("models/a-1.5_b");
  });

  it("stay a comment when a folder's name has lines", () => {
    const text = asCurl({ ...call, modelDir: "a\ntouch b\r\nc" });
    expect(text.split(/[\r\n]+/).filter((line) => !line.startsWith("# "))).toEqual([
      expect.stringMatching(/^curl /),
    ]);
  });
});

describe("a ranking as a program", () => {
  /** What the program does, with a model that only remembers. */
  async function perform(text: string): Promise<unknown[]> {
    const done: unknown[] = [];
    const model = {
      rank: (...values: unknown[]) => (done.push(["rank", ...values]), [{ rank: 1, index: 1, reward: 2 }]),
      compare: (...values: unknown[]) => (done.push(["compare", ...values]), { probability: 0.5 }),
      dispose: () => void done.push(["dispose"]),
    };
    const RewardModel = { load: (...values: unknown[]) => (done.push(["load", ...values]), model) };
    const rankByUncertainty = (scores: object[], options: unknown): unknown => {
      done.push(["order", options]);
      return scores.map((score) => ({ rank: 1, score }));
    };
    const body = text.replaceAll(/^import .*\n/gm, "");
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the text is the page's own
    await new Function("RewardModel", "rankByUncertainty", "console", `return (async () => { ${body} })()`)(
      RewardModel,
      rankByUncertainty,
      { log: (...values: unknown[]) => done.push(["log", ...values]) },
    );
    return done;
  }

  it("ranks, by the order that is set", async () => {
    expect(await perform(asTypeScript(call))).toEqual([
      ["load", "my models/a'b", call.load],
      ["rank", NASTY, call.answers],
      ["order", call.order],
      ["log", 1, 1, 2],
      ["dispose"],
    ]);
    expect(await perform(asTypeScript({ ...chat, load: {}, order: {} }))).toEqual([
      ["load", "my models/a'b"],
      ["rank", chat.messages, chat.answers],
      ["log", 1, 1, 2],
      ["dispose"],
    ]);
  });

  it("compares, and hands steps over one by one", async () => {
    const compared = await perform(asTypeScript({ ...call, task: "compare", answers: ["a", "b"] }));
    expect(compared[1]).toEqual(["compare", NASTY, "a", "b"]);
    const steps = await perform(asTypeScript({ ...call, task: "steps", answers: ["a\n\nb", "c"] }));
    expect(steps[1]).toEqual(["rank", NASTY, [["a", "b"], ["c"]]]);
  });
});
