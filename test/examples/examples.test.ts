import { execFile, spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RewardModel } from "../../lib/index.js";
import { openDataset, writeDataset } from "../../lib/data/index.js";
import { RewardServer } from "../../lib/serve/http/index.js";
import { ROOT } from "../docs/api.js";

const run = promisify(execFile);
const MODEL = join(ROOT, "test/fixtures/models/tiny-grm");
const EXAMPLES = join(ROOT, "examples");
const PYTHON = spawnSync("python3", ["--version"]).status === 0 ? "python3" : undefined;

let folder = "";
let model: RewardModel;

beforeAll(async () => {
  // Within the package, so that examples import it by its name; they see what was built, as users do.
  await mkdir(join(ROOT, "build"), { recursive: true });
  folder = await mkdtemp(join(ROOT, "build", "examples-"));
  // By its name, as the examples do: an error's class is that of the package they import.
  const built = (await import("llama-reward")) as unknown as { RewardModel: typeof RewardModel };
  model = await built.RewardModel.load(MODEL);
});
afterAll(async () => {
  await model.dispose();
  await rm(folder, { recursive: true, force: true });
});

const reward = async (prompt: string, response: string): Promise<number> => {
  const messages = [
    { role: "user", content: prompt },
    { role: "assistant", content: response },
  ];
  return (await model.score(messages)).reward;
};

describe("filter-parquet", () => {
  const filter = join(EXAMPLES, "filter-parquet/filter.mjs");

  it("keeps the rows whose reward is high enough, with it, in order", async () => {
    const rows = Array.from({ length: 40 }, (_, n) => ({
      id: n,
      prompt: `What is ${n} + 2?`,
      response: `${n + 2}.`,
    }));
    const rewards = await Promise.all(rows.map(({ prompt, response }) => reward(prompt, response)));
    const least = [...rewards].sort((a, b) => a - b)[20] ?? 0;
    const [input, output] = [join(folder, "in.parquet"), join(folder, "out.parquet")];
    await writeDataset(input, rows);
    const { stdout } = await run(process.execPath, [
      filter,
      MODEL,
      input,
      output,
      `--min-reward=${least - 1e-4}`,
    ]);
    expect(stdout).toBe("20 kept, 20 left out, 0 not scored\n");
    const kept: { id: unknown; prompt: string; reward: number }[] = [];
    for await (const { value } of (await openDataset(output)).rows())
      kept.push(value as (typeof kept)[number]);
    const expected = rows.filter((_, index) => (rewards[index] ?? 0) >= least);
    expect(kept.map(({ prompt }) => prompt)).toEqual(expected.map(({ prompt }) => prompt));
    for (const row of kept) expect(row.reward).toBeCloseTo(rewards[Number(row.id)] ?? NaN, 3);
  });

  it("tells of a row that cannot be scored, and how it is called", async () => {
    const [input, output] = [join(folder, "bad.jsonl"), join(folder, "good.jsonl")];
    await writeFile(input, '{"prompt":"2 + 2?","response":"4"}\n{"prompt":"2 + 2?"}\n');
    const { stdout, stderr } = await run(process.execPath, [
      filter,
      MODEL,
      input,
      output,
      "--min-reward=-1000",
    ]);
    expect(stdout).toBe("1 kept, 0 left out, 1 not scored\n");
    expect(stderr).toMatch(/^1: /);
    expect((await readFile(output, "utf8")).trim().split("\n")).toHaveLength(1);
    await expect(run(process.execPath, [filter, MODEL])).rejects.toMatchObject({ code: 2 });
  });
});

describe("hono-app", () => {
  interface App {
    request(path: string, init: RequestInit): Promise<Response>;
  }
  const post = async (body: string): Promise<{ status: number; answer: Record<string, unknown> }> => {
    const { createApp } = (await import(pathToFileURL(join(EXAMPLES, "hono-app/app.mjs")).href)) as {
      createApp: (model: RewardModel) => App;
    };
    const response = await createApp(model).request("/best", { method: "POST", body });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };

  it("answers with the best", async () => {
    const [prompt, answers] = ["2 + 2?", ["4", "5", "No idea."]];
    const ranked = await model.rank(prompt, answers);
    const { status, answer } = await post(JSON.stringify({ prompt, answers }));
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      best: answers[ranked[0]?.index ?? -1],
      order: ranked.map(({ index }) => index),
    });
    expect(answer["reward"]).toBeCloseTo(ranked[0]?.reward ?? NaN, 3);
  });

  it("tells what is wrong with a request", async () => {
    expect((await post("{")).status).toBe(400);
    expect(await post('{"prompt":"2 + 2?","answers":[4]}')).toMatchObject({
      status: 422,
      answer: { code: expect.stringMatching(/^[A-Z_]+$/) as string },
    });
  });
});

describe("best-of-n", () => {
  it("asks the generator with seeds of its own, and prints the best answer last", async () => {
    const example = join(folder, "best-of-n");
    await cp(join(EXAMPLES, "best-of-n"), example, { recursive: true });
    const stub = join(example, "node_modules/node-llama-cpp");
    await mkdir(stub, { recursive: true });
    await writeFile(join(stub, "package.json"), '{"type":"module","main":"index.js"}');
    await cp(join(import.meta.dirname, "node-llama-cpp-stub.mjs"), join(stub, "index.js"));
    const args = [join(example, "best-of-n.mjs"), "generator.gguf", MODEL, "2 + 2?", "4"];
    const { stdout } = await run(process.execPath, args);
    const [list = "", best] = stdout.trimEnd().split("\n\n");
    const samples = list.split("\n").map((line) => JSON.parse(line.replace(/^\S+ /, "")) as string);
    expect(new Set(samples).size).toBe(4);
    const ranked = await model.rank("2 + 2?", samples);
    expect(best).toBe(samples[ranked[0]?.index ?? -1]);
    expect(best).toBe(samples[0]);
  });
});

describe.skipIf(PYTHON === undefined)("grpo (needs Python)", () => {
  it("gives the trainer the rewards of texts and of messages, and None for what cannot be scored", async () => {
    const server = await RewardServer.start(model, { port: 0 });
    try {
      const program = [
        "import json, sys; sys.path.insert(0, sys.argv[1]); from reward import llama_reward",
        "user = [[{'role': 'user', 'content': '2 + 2?'}]]",
        "assistant = [[{'role': 'assistant', 'content': '4'}]]",
        "texts = llama_reward(['2 + 2?', '2 + 2?'], ['4', 'x ' * 20000], trainer_state=None)",
        "print(json.dumps(texts + llama_reward(user, assistant)))",
      ];
      const env = { ...process.env, LLAMA_REWARD_URL: server.url, PYTHONDONTWRITEBYTECODE: "1" };
      const args = ["-c", program.join("\n"), join(EXAMPLES, "grpo")];
      const { stdout } = await run(PYTHON ?? "", args, { env });
      const expected = await reward("2 + 2?", "4");
      expect(JSON.parse(stdout)).toEqual([expect.closeTo(expected, 3), null, expect.closeTo(expected, 3)]);
    } finally {
      await server.close();
    }
  });

  it("has a trainer that Python can read", async () => {
    const args = [
      "-c",
      "import ast, sys; ast.parse(open(sys.argv[1]).read())",
      join(EXAMPLES, "grpo/train.py"),
    ];
    await expect(run(PYTHON ?? "", args)).resolves.toMatchObject({ stderr: "" });
  });
});
