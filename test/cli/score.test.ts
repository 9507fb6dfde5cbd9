import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { Interrupted } from "../../lib/cli/terminal/cli-io.js";
import {
  convertFixture,
  readExpected,
  temporaryFolder,
  type ExpectedCase,
  type ModelFolder,
} from "../support/fixtures.js";
import { startDatasetHub } from "../data/dataset/dataset-hub.js";
import { cli, parseLines, toLines } from "./cli.js";

/** f32 weights and KV cache against double precision, see the fixtures' README. */
const TOLERANCE = 5e-4;
const EXACT = ["--kv-type", "f32", "--threads", "1"];

let model: ModelFolder;
let cases: ExpectedCase[];

beforeAll(async () => {
  model = await convertFixture("grm-llama3.2-tiny", { type: "f32" });
  cases = (await readExpected("grm-llama3.2-tiny")).cases.filter(({ n_tokens }) => n_tokens < 300);
});
afterAll(() => model.remove());

function score(args: readonly string[], stdin = ""): ReturnType<typeof cli> {
  return cli(["score", model.directory, ...args, ...EXACT], { stdin });
}

function inputOf(selected: readonly ExpectedCase[]): string {
  return toLines(selected.map(({ id, messages }) => ({ id, messages })));
}

function find(id: string): ExpectedCase {
  const found = cases.find((item) => item.id === id);
  if (found === undefined) throw new Error(`no case ${id}`);
  return found;
}

describe("score", () => {
  it("gives the reference rewards, from standard input to standard output", async () => {
    const { status, records, stderr } = await score(["-"], inputOf(cases));
    expect(status).toBe(0);
    expect(records.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
    records.forEach(({ reward, tokens }, index) => {
      expect(Math.abs(Number(reward) - (cases[index]?.score ?? NaN))).toBeLessThan(TOLERANCE);
      expect(tokens).toBe(cases[index]?.n_tokens);
    });
    expect(stderr).toMatch(/Scored \d+ records in /);
  });

  it("reads JSON arrays and gzip files, and says nothing with --quiet", async () => {
    const folder = await temporaryFolder();
    const [item] = cases;
    const records = [{ messages: item?.messages }];
    await writeFile(join(folder, "a.json"), JSON.stringify(records));
    await writeFile(join(folder, "b.jsonl.gz"), gzipSync(toLines(records)));
    for (const file of ["a.json", "b.jsonl.gz"]) {
      const result = await score([join(folder, file), "--quiet"]);
      expect(result).toMatchObject({ status: 0, stderr: "", records: [{ id: 0, tokens: item?.n_tokens }] });
    }
  });

  it("reads a dataset of the Hub, the split that is asked for", async () => {
    const [item] = cases;
    const line = (id: string): string => toLines([{ id, messages: item?.messages }]);
    const hub = await startDatasetHub({
      "train-00000-of-00001.jsonl": line("train"),
      "test-00000-of-00001.jsonl": line("test"),
    });
    onTestFinished(() => {
      hub.close();
      vi.unstubAllEnvs();
    });
    vi.stubEnv("HF_ENDPOINT", hub.url);
    vi.stubEnv("HF_HUB_CACHE", await temporaryFolder());
    const { status, records } = await score(["hub:owner/name", "--split", "test"]);
    expect({ status, records }).toMatchObject({
      status: 0,
      records: [{ id: "test", tokens: item?.n_tokens }],
    });
    expect(new Set(hub.fetched)).toEqual(new Set(["test-00000-of-00001.jsonl"]));
    const both = await score(["hub:owner/name"]);
    expect(both).toMatchObject({ status: 1, stdout: "" });
    expect(both.stderr).toMatch(/several splits: choose one of train, test/);
    const absent = await score(["hub:owner/absent"]);
    expect(absent).toMatchObject({ status: 1, stdout: "" });
    expect(absent.stderr).toMatch(/^llama-reward: DOWNLOAD_FAILED: .*owner\/absent/m);
    expect((await score(["-", "--split", "test"])).status).toBe(2);
  });

  it("writes the forms of the contract, and errors in place with status 3", async () => {
    const [wrong, right] = [find("sigmoid-wrong"), find("sigmoid-right")];
    const prompt = wrong.messages.slice(0, -1);
    const [chosen, rejected] = [right, wrong].map(({ messages }) => messages.at(-1)?.content);
    const { status, records } = await score(
      [],
      `${toLines([{ prompt, responses: [rejected, chosen] }])}not json\n\n${toLines([
        { id: "pair", prompt, chosen, rejected },
        { messages: [{ role: "critic", content: "x" }] },
      ])}`,
    );
    expect(status).toBe(3);
    const close = (value: number): unknown => expect.closeTo(value, 3);
    const margin = right.score - wrong.score;
    expect(records).toMatchObject([
      {
        id: 0,
        results: [{ reward: close(wrong.score) }, { reward: close(right.score) }],
        best: margin > 0 ? 1 : 0,
      },
      { id: 1, error: { code: "DATASET_INVALID" } },
      {
        id: "pair",
        chosen: { reward: close(right.score) },
        rejected: { reward: close(wrong.score) },
        margin: close(margin),
        probability: close(1 / (1 + Math.exp(-margin))),
      },
      { id: 4, error: { code: "CONVERSATION_INVALID" } },
    ]);
  });

  it("stops at the first bad record with --strict, and spells out control characters", async () => {
    const [item] = cases;
    const good = toLines([{ id: "good", messages: item?.messages }]);
    const { status, records, stderr } = await score(["--strict"], `${good}\u001b[31mred\n${good}`);
    expect(status).toBe(1);
    expect(records.length).toBeLessThan(2);
    expect(stderr).toMatch(
      /^llama-reward: DATASET_INVALID: Record 1 cannot be scored: Line 2 is not JSON: .*\\u001b/m,
    );
    expect(stderr).not.toContain("\u001b");
    const late = await score(
      ["--strict"],
      good + toLines([{ messages: [{ role: "critic", content: "x" }] }]),
    );
    expect(late.status).toBe(1);
    expect(late.stderr).toMatch(/Record 1 cannot be scored: /);
  });

  it("names the line of every bad record, whatever its id", async () => {
    const bad = [{ messages: [] }, { prompt: "p", chosen: "c" }, { messages: "hi" }, { messages: [{}] }];
    const { records } = await score([], toLines(bad.map((record) => ({ id: "mine", ...record }))));
    expect(records.map(({ error }) => (error as { message: string }).message)).toEqual(
      bad.map((_, line) => expect.stringMatching(new RegExp(`^Line ${line + 1}\\b`)) as unknown),
    );
  });

  it("emits what the head saw", async () => {
    const item = find("one-letter");
    const { records } = await score(["--emit", "prompt,ids,hidden"], inputOf([item]));
    expect(records[0]).toMatchObject({ prompt: item.rendered, inputIds: item.input_ids });
    const hidden = records[0]?.["hidden"] as number[];
    hidden.forEach((value, index) => {
      expect(Math.abs(value - (item.hidden_last[index] ?? NaN))).toBeLessThan(1e-3);
    });
  });

  it("follows --bos, --special-tokens and --truncate", async () => {
    const item = find("special-literals");
    const once = await score(["--bos", "once"], inputOf([find("grm-card")]));
    expect(once.records[0]?.["reward"]).toBeCloseTo(find("grm-card").score_single_bos ?? NaN, 3);
    const parsed = await score([], inputOf([item]));
    expect(parsed.records[0]?.["warnings"]).toHaveLength(1);
    const literal = await score(["--special-tokens", "literal"], inputOf([item]));
    expect(literal.records[0]).not.toHaveProperty("warnings");
    expect(Number(literal.records[0]?.["tokens"])).toBeGreaterThan(item.n_tokens);
    const long = (await readExpected("grm-llama3.2-tiny")).cases.filter(({ id }) => id === "long-700");
    const refused = await score(["--context", "512"], inputOf(long));
    expect(refused).toMatchObject({ status: 3, records: [{ error: { code: "CONVERSATION_TOO_LONG" } }] });
    const cut = await score(["--context", "512", "--truncate", "left"], inputOf(long));
    expect(cut.records[0]).toMatchObject({ tokens: 512, truncated: (long[0]?.n_tokens ?? NaN) - 512 });
  });
});

describe("score --out", () => {
  it("continues what an earlier run left, and gives the same as one run", async () => {
    const folder = await temporaryFolder();
    const [input, out, whole] = ["in.jsonl", "out.jsonl", "whole.jsonl"].map((file) => join(folder, file));
    if (input === undefined || out === undefined || whole === undefined) throw new Error("unreachable");
    await writeFile(input, inputOf(cases));
    expect(await score([input, "--out", whole])).toMatchObject({ status: 0, stdout: "" });
    const expected = await readFile(whole, "utf8");
    const lines = expected.split(/(?<=\n)/);
    await writeFile(out, lines.slice(0, 3).join("") + (lines[3] ?? "").slice(0, 10));
    expect((await score([input, "--out", out])).status).toBe(2);
    expect((await score([input, "--out", out, "--resume"])).status).toBe(0);
    const resumed = parseLines(await readFile(out, "utf8"));
    expect(resumed.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
    parseLines(expected).forEach(({ reward }, index) => {
      expect(resumed[index]?.["reward"]).toBeCloseTo(Number(reward), 4);
    });
    expect((await score([input, "--out", out, "--resume"])).status).toBe(0);
    expect(parseLines(await readFile(out, "utf8"))).toEqual(resumed);
  });

  it("scores a shard, and the shards one after the other are the whole", async () => {
    const folder = await temporaryFolder();
    const input = join(folder, "in.jsonl");
    const selected = cases.slice(0, 7);
    // Without ids, so that the line numbers count.
    await writeFile(input, toLines(selected.map(({ messages }) => ({ messages }))));
    const whole = await score([input]);
    const parts = await Promise.all(["1/3", "2/3", "3/3"].map((shard) => score([input, "--shard", shard])));
    expect(parts.map(({ records }) => records.length)).toEqual([2, 2, 3]);
    const together = parts.flatMap(({ records }) => records);
    expect(together.map(({ id }) => id)).toEqual(whole.records.map(({ id }) => id));
    for (const [index, { reward }] of together.entries()) {
      expect(Math.abs(Number(reward) - Number(whole.records[index]?.["reward"]))).toBeLessThan(TOLERANCE);
    }
    const empty = await score([input, "--shard", "1/100"]);
    expect(empty).toMatchObject({ status: 0, records: [] });
  });

  it("does not go on with another shard, and has none of standard input", async () => {
    const folder = await temporaryFolder();
    const [input, out] = [join(folder, "in.jsonl"), join(folder, "out.jsonl")];
    await writeFile(input, inputOf(cases.slice(0, 4)));
    expect((await score([input, "--out", out, "--shard", "1/2"])).status).toBe(0);
    const other = await score([input, "--out", out, "--resume", "--shard", "2/2"]);
    expect(other).toMatchObject({ status: 2 });
    expect(other.stderr).toContain("shard");
    expect((await score(["-", "--shard", "1/2"], inputOf(cases.slice(0, 4)))).status).toBe(2);
    for (const shard of ["0/2", "3/2", "1", "a/b"]) {
      expect((await score([input, "--shard", shard])).status).toBe(2);
    }
  });

  it("refuses to resume the output of another input", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "out.jsonl");
    await appendFile(out, '{"id":"other","reward":1,"tokens":2}\n');
    const { status, stderr } = await cli(["score", model.directory, "--out", out, "--resume", ...EXACT], {
      stdin: inputOf(cases.slice(0, 2)),
    });
    expect(status).toBe(2);
    expect(stderr).toContain('"other"');
    expect(await readFile(out, "utf8")).toBe('{"id":"other","reward":1,"tokens":2}\n');
  });

  it("refuses to resume with other options, other data of the same ids, or another model", async () => {
    const folder = await temporaryFolder();
    const [input, other, out] = ["in.jsonl", "other.jsonl", "out.jsonl"].map((file) => join(folder, file));
    if (input === undefined || other === undefined || out === undefined) throw new Error("unreachable");
    const records = cases.map(({ messages }) => ({ messages }));
    await writeFile(input, toLines(records));
    await writeFile(other, toLines(records.toReversed()));
    await score([input, "--out", out]);
    const whole = await readFile(out, "utf8");
    const part = whole.slice(0, whole.indexOf("\n") + 1);
    await writeFile(out, part);
    const urm = await convertFixture("urm-llama3.1-tiny", { type: "f32" });
    onTestFinished(() => urm.remove());
    for (const args of [
      [model.directory, input, "--bos", "once"],
      [model.directory, other],
      [urm.directory, input],
    ]) {
      const refused = await cli(["score", ...args, "--out", out, "--resume", ...EXACT]);
      expect(refused).toMatchObject({ status: 2 });
      expect(refused.stderr).toContain("The interrupted run was another one");
      expect(await readFile(out, "utf8")).toBe(part);
    }
    // The same data by another way is the same run.
    expect((await score(["-", "--out", out, "--resume"], toLines(records))).status).toBe(0);
    expect(parseLines(await readFile(out, "utf8"))).toHaveLength(cases.length);
  });

  it("says how to go on when interrupted", async () => {
    const folder = await temporaryFolder();
    const [input, out] = [join(folder, "in.jsonl"), join(folder, "out.jsonl")];
    await writeFile(input, inputOf(cases));
    const interruption = new AbortController();
    interruption.abort(new Interrupted());
    const { status, stderr } = await cli(["score", model.directory, input, "--out", out, ...EXACT], {
      signal: interruption.signal,
    });
    expect(status).toBe(130);
    expect(stderr).toMatch(/^What is done so far is kept: the same command with --resume continues it\.$/m);
  });

  it("leaves whole lines when interrupted", async () => {
    const folder = await temporaryFolder();
    const input = join(folder, "in.jsonl");
    const [item] = cases;
    await writeFile(input, toLines(Array.from({ length: 3000 }, () => ({ messages: item?.messages }))));
    const interruption = new AbortController();
    const { status, stdout, stderr } = await cli(["score", model.directory, input, ...EXACT], {
      signal: interruption.signal,
      onOutput: (text) => {
        if (text.split("\n").length > 3) interruption.abort(new Interrupted());
      },
    });
    expect(status).toBe(130);
    expect(stderr).toMatch(/^llama-reward: INTERRUPTED: /m);
    const lines = parseLines(stdout);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(3000);
  });
});

describe("score refuses", () => {
  it.each([
    ["a model folder that is none", ["/nowhere", "-"], "MODEL_NOT_FOUND"],
    ["a missing input", ["MODEL", "/nowhere.jsonl"], "INVALID_ARGUMENT"],
    ["--resume without --out", ["MODEL", "--resume"], "INVALID_ARGUMENT"],
    ["a type that is not there", ["MODEL", "--type", "q8_0"], "MODEL_NOT_FOUND"],
  ])("%s", async (_, args, code) => {
    const { status, stdout, stderr } = await cli([
      "score",
      ...args.map((argument) => (argument === "MODEL" ? model.directory : argument)),
    ]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^llama-reward: ${code}: [^\\n]+\\n$`));
  });
});
