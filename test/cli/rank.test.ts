/** Texts of `rank` and `compare` from files and standard input, conversations, and several models side by side. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import stringWidth from "string-width";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scratchFolder } from "../convert/checkpoints.js";
import { convertFixture, type ModelFolder } from "../support/fixtures.js";
import { cli } from "./cli.js";

const EXACT = ["--kv-type", "f32", "--threads", "1"];
const PROMPT = "What is 2 + 2?";
const ANSWERS = ["4.", "海に行きたい。".repeat(20), "5."];
const GIVEN = ANSWERS.flatMap((answer) => ["--response", answer]);

let urm: ModelFolder;
let grm: ModelFolder;
const folder = await scratchFolder();
const file = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

beforeAll(async () => {
  urm = await convertFixture("urm-llama3.1-tiny", { type: "f32" });
  grm = await convertFixture("grm-llama3.2-tiny", { type: "f32" });
});
afterAll(() => Promise.all([urm.remove(), grm.remove()]));

async function rewards(args: string[], stdin = ""): Promise<unknown[]> {
  const { status, records, stderr } = await cli(["rank", grm.directory, ...args, "--json", ...EXACT], {
    stdin,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return (records[0]?.["results"] as { reward: number }[]).map(({ reward }) => reward);
}

describe("rank", () => {
  it("gives the same rewards for texts of files, of standard input and of messages", async () => {
    const expected = await rewards(["--prompt", PROMPT, ...GIVEN]);
    const files = await Promise.all(ANSWERS.map((answer, index) => file(`${index}.txt`, `${answer}\n`)));
    const responses = files.flatMap((name) => ["--response-file", name]);
    const messages = await file("chat.json", JSON.stringify([{ role: "user", content: PROMPT }]));
    expect(await rewards(["--prompt-file", "-", ...responses], `${PROMPT}\n`)).toEqual(expected);
    expect(await rewards(["--messages", messages, ...responses])).toEqual(expected);
  });

  it("puts a system turn in front, once", async () => {
    const chat = [
      { role: "system", content: "Be brief." },
      { role: "user", content: PROMPT },
    ];
    const messages = await file("system.json", JSON.stringify({ messages: chat }));
    const expected = await rewards(["--messages", messages, ...GIVEN]);
    expect(await rewards(["--prompt", PROMPT, "--system", "Be brief.", ...GIVEN])).toEqual(expected);
    expect(await rewards(["--prompt", PROMPT, ...GIVEN])).not.toEqual(expected);
    const twice = await cli(["rank", grm.directory, "--messages", messages, "--system", "x", ...GIVEN]);
    expect(twice).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("a system turn already") as string,
    });
  });

  it("sets several models side by side, each with its own numbers", async () => {
    const args = ["--prompt", PROMPT, ...GIVEN, ...EXACT];
    const alone = await Promise.all(
      [grm, urm].map(async ({ directory }) => (await cli(["rank", directory, ...args, "--json"])).records[0]),
    );
    const { records } = await cli(["rank", grm.directory, urm.directory, ...args, "--json"]);
    expect(records[0]?.["models"]).toMatchObject(alone);
    const { stdout } = await cli(["rank", grm.directory, urm.directory, ...args]);
    expect(stdout).toMatch(/on the best: /);
    for (const { reward } of (alone[1]?.["results"] ?? []) as { reward: number }[])
      expect(stdout).toContain(reward.toFixed(4));
  });

  it.each([80, 120, 200])(
    "keeps its table to %i columns, wide characters counted as two",
    async (columns) => {
      const { stdout } = await cli(["rank", grm.directory, "--prompt", PROMPT, ...GIVEN, ...EXACT], {
        columns,
      });
      const widths = stdout.split("\n").map((line) => stringWidth(line));
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
      expect(Math.max(...widths)).toBeGreaterThan(columns - 3);
    },
  );

  it("says which responses cannot be told from the best, by reward ± std", async () => {
    const args = ["rank", urm.directory, "--prompt", PROMPT, ...GIVEN, ...EXACT];
    const { records } = await cli([...args, "--json"]);
    const { results, best, tooClose } = records[0] as {
      results: { reward: number; std: number }[];
      best: number;
      tooClose: number[];
    };
    const top = results[best];
    const expected = results.flatMap(({ reward, std }, index) =>
      index !== best && top !== undefined && reward + std >= top.reward - top.std ? [index] : [],
    );
    expect([...tooClose].sort()).toEqual(expected);
    expect((await cli(args)).stdout.includes("Too close to call")).toBe(expected.length > 0);
  });
});

it("compare takes its texts from files, too", async () => {
  const [a, b] = [await file("a.txt", "4.\n"), await file("b.txt", "5.")];
  const typed = await cli([
    "compare",
    urm.directory,
    "--prompt",
    PROMPT,
    "--a",
    "4.",
    "--b",
    "5.",
    "--json",
    ...EXACT,
  ]);
  const args = [
    "compare",
    urm.directory,
    "--prompt-file",
    "-",
    "--a-file",
    a,
    "--b-file",
    b,
    "--json",
    ...EXACT,
  ];
  expect((await cli(args, { stdin: PROMPT })).records).toEqual(typed.records);
  expect(typed.records[0]).toHaveProperty("tooClose");
});
