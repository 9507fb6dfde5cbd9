/** CSV into `score` and out of it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { scratchFolder } from "../convert/checkpoints.js";
import { convertFixture, type ModelFolder } from "../support/fixtures.js";
import { withinNoise } from "../support/batch-noise.js";
import { cli, parseLines } from "./cli.js";

const EXACT = ["--kv-type", "f32", "--threads", "1", "--quiet"];
const PAIRS = [
  { id: "a", prompt: "2 + 2?", chosen: "4, of course", rejected: "5" },
  { id: "b", prompt: 'Say "hi",\nplease', chosen: "hi", rejected: "" },
];

let model: ModelFolder;
const folder = await scratchFolder();

beforeAll(async () => {
  model = await convertFixture("urm-llama3.1-tiny", { type: "f32" });
  await writeFile(join(folder, "pairs.jsonl"), PAIRS.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
  await writeFile(
    join(folder, "pairs.csv"),
    'id,prompt,chosen,rejected\na,2 + 2?,"4, of course",5\nb,"Say ""hi"",\nplease",hi,""\n',
  );
});
afterAll(() => model.remove());

function score(...args: string[]): ReturnType<typeof cli> {
  return cli(["score", model.directory, ...args, ...EXACT]);
}

it("a table scores as the same records in JSON Lines", async () => {
  const lines = await score(join(folder, "pairs.jsonl"));
  const table = await score(join(folder, "pairs.csv"));
  expect(lines.status).toBe(0);
  expect(lines.records).toHaveLength(PAIRS.length);
  expect(table).toMatchObject({ status: 0, records: withinNoise(lines.records) });
});

it("cells of messages are JSON, and Python's spelling is refused in its place", async () => {
  const turns = JSON.stringify([{ role: "user", content: "2 + 2?" }]).replaceAll('"', '""');
  const file = join(folder, "messages.csv");
  await writeFile(
    file,
    `prompt,response\n"${turns}",4\n"[{'role': 'user', 'content': '2 + 2?'}]",4\n2 + 2?,4\n`,
  );
  const { status, records } = await score(file);
  expect(status).toBe(3);
  // Neighbours in a batch change the last digits.
  expect(records[0]?.["reward"]).toBeCloseTo(Number(records[2]?.["reward"]), 4);
  expect(records[1]).toMatchObject({
    error: { message: expect.stringMatching(/Line 2: .*json\.dumps/) as string },
  });
});

it("results as a table have the numbers of the lines, what is kept, and no attributes where none are wanted", async () => {
  const out = join(folder, "scores.csv");
  const { status } = await score(
    join(folder, "pairs.csv"),
    "--out",
    out,
    "--keep",
    "prompt,rejected",
    "--no-attributes",
  );
  expect(status).toBe(0);
  const lines = parseLines(await readFile(`${out}.scores.jsonl`, "utf8"));
  expect(lines[1]).toMatchObject({ input: { prompt: 'Say "hi",\nplease', rejected: "" } });
  expect(JSON.stringify(lines)).not.toContain("attributes");
  const text = await readFile(out, "utf8");
  const [head = ""] = text.split("\n");
  expect(head.split(",").slice(0, 4)).toEqual(["id", "input.prompt", "input.rejected", "chosen.reward"]);
  const margin = head.split(",").indexOf("margin");
  const [, first = ""] = text.split("\n");
  expect(Number(first.split(",")[margin])).toBe(lines[0]?.["margin"]);
  expect(text).toContain('\nb,"Say ""hi"",\nplease",');
  expect(head).not.toContain("digest");
  expect((await score(join(folder, "pairs.csv"), "--out", out)).stderr).toMatch(
    /scores\.csv is there already/,
  );
});

it("says which field to keep no record has", async () => {
  const { stderr } = await cli(["score", model.directory, join(folder, "pairs.csv"), "--keep", "promt"]);
  expect(stderr).toContain("No record has the field promt of --keep.");
});
