/** Typical mistakes: each ends with status 2, nothing on stdout, and one line that says what to do. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { cli } from "./cli.js";
import { scratchFolder } from "../convert/checkpoints.js";

const scratch = await scratchFolder();
const at = (name: string): string => path.join(scratch, name);
const GRM = "test/fixtures/models/tiny-grm";
const CHECKPOINT = "test/fixtures/checkpoints/grm-linear-tiny";
const ASKED = ["--prompt", "2 + 2?", "--response", "4"];

beforeAll(async () => {
  await mkdir(at("empty"));
  await mkdir(at("list"));
  await mkdir(at("my checkpoint"));
  await writeFile(path.join(at("my checkpoint"), "config.json"), "{}");
  await writeFile(at("pairs.csv"), "prompt,chosen,chosen\na,b,c\n");
  await writeFile(at("notes.txt"), "What is this?\nNobody knows.\n");
  await writeFile(at("latin1.txt"), Buffer.from([0x68, 0xe4, 0x0a]));
  await writeFile(at("chat.json"), '{"turns":[]}');
  await writeFile(at("rows.jsonl"), '{"prompt":"2 + 2?","response":"4"}\n');
});

const MISTAKES: readonly (readonly [what: string, args: () => string[], says: RegExp])[] = [
  ["no command", () => [], /A command is missing\. See llama-reward --help\./],
  ["a misspelt command", () => ["rnak", GRM], /Unknown command 'rnak'\. Did you mean rank\?/],
  ["help of a misspelt command", () => ["help", "rnak"], /Unknown command 'rnak'\. Did you mean rank\?/],
  ["a model in place of a command", () => [GRM], /command comes first: llama-reward rank .*tiny-grm …/],
  [
    "a misspelt option",
    () => ["score", GRM, "--thread", "4"],
    /Did you mean --threads\?.* See llama-reward score --help\./,
  ],
  [
    "a misspelt type",
    () => ["score", GRM, "--type", "q8"],
    /Allowed choices are auto, f32.* Did you mean q8_0\?/,
  ],
  [
    "a misspelt benchmark",
    () => ["eval", "rewardbench-2", GRM, "--data", "x", "--out", "y"],
    /Did you mean rewardbench2\?/,
  ],
  ["an option without its value", () => ["score", GRM, "--out"], /'--out <file>' argument missing/],
  [
    "threads that are no number",
    () => ["score", GRM, "--threads", "many"],
    /Expected a positive whole number/,
  ],
  [
    "a misspelt folder",
    () => ["inspect", "test/fixtures/models/tiny-gmr"],
    /Did you mean .*tiny-grm\? Run: llama-reward inspect .*tiny-grm$/m,
  ],
  [
    "a folder of models",
    () => ["rank", "test/fixtures/models", ...ASKED],
    /holds several\. Name one of them: .* Run: llama-reward rank test\/fixtures\/models\/\S+ --prompt '2 \+ 2\?' --response 4$/m,
  ],
  [
    "a checkpoint",
    () => ["score", CHECKPOINT, at("rows.jsonl")],
    /is a Hugging Face checkpoint, not a model folder.*`llama-reward convert \S+ models\/grm-linear-tiny`/,
  ],
  [
    "a GGUF file of a model folder",
    () => ["rank", `${GRM}/backbone-f16.gguf`, ...ASKED],
    /Give the folder that holds it: .*tiny-grm\. Run: llama-reward rank test\/fixtures\/models\/tiny-grm /,
  ],
  ["an empty folder", () => ["verify", at("empty")], /empty is no model folder: it is empty\. Make one with/],
  [
    "no folder, but a Hub id",
    () => ["inspect", "owner/model"],
    /owner\/model does not exist.*llama-reward pull owner\/model/,
  ],
  [
    "a model folder to convert",
    () => ["convert", GRM, at("new")],
    /is a model folder, which is converted already.*`llama-reward inspect /,
  ],
  [
    "a folder of checkpoints to convert",
    () => ["convert", "test/fixtures/checkpoints", at("new")],
    /holds several\. Name one of them: .* Run: llama-reward convert test\/fixtures\/checkpoints\/\S+ /,
  ],
  ["a folder to pull", () => ["pull", "./models/grm/"], /Expected owner\/name on the Hub.*use convert/],
  [
    "another checkpoint to verify against",
    () => ["verify", GRM, "--quiet", "--against", CHECKPOINT],
    /Expected --against to be the checkpoint that .*tiny-grm was made from/,
  ],
  ["no checkpoint to verify against", () => ["verify", GRM, "--against", at("gone")], /gone does not exist/],
  [
    "nothing asked",
    () => ["rank", GRM, "--response", "4"],
    /--prompt TEXT, --prompt-file FILE or --messages FILE/,
  ],
  ["nothing answered", () => ["rank", GRM, "--prompt", "x"], /--response TEXT or --response-file FILE/],
  [
    "asked twice",
    () => ["rank", GRM, ...ASKED, "--prompt-file", at("notes.txt")],
    /say the same thing\. Give one of them/,
  ],
  [
    "standard input twice",
    () => ["compare", GRM, "--prompt-file", "-", "--a-file", "-", "--b", "x"],
    /--prompt-file and --a-file both name it/,
  ],
  [
    "a text that is not UTF-8",
    () => ["rank", GRM, "--prompt-file", at("latin1.txt"), "--response", "4"],
    /latin1\.txt is not\. Save it as UTF-8/,
  ],
  [
    "messages of another form",
    () => ["rank", GRM, "--messages", at("chat.json"), "--response", "4"],
    /a list of messages, or a record with messages/,
  ],
  ["one answer to compare", () => ["compare", GRM, "--prompt", "x", "--a", "y"], /--b TEXT or --b-file FILE/],
  [
    "data of an unknown kind",
    () => ["score", GRM, at("notes.txt")],
    /notes\.txt is no file of records.*\.jsonl, \.json, \.csv, \.tsv or \.parquet/,
  ],
  [
    "results of an unknown kind",
    () => ["score", GRM, at("rows.jsonl"), "--out", at("x.parquet")],
    /Expected --out to be \.jsonl, \.csv or \.tsv/,
  ],
  [
    "pairs as a table",
    () => ["pairs", GRM, at("rows.jsonl"), "--out", at("x.csv")],
    /Expected --out to be \.jsonl, \.jsonl\.gz or \.parquet/,
  ],
  ["to resume nothing", () => ["score", GRM, at("rows.jsonl"), "--resume"], /Pass --out FILE too/],
  ["nothing to quantize", () => ["quantize", GRM], /--type q8_0 say, or with --default/],
  [
    "records to quantize by, twice",
    () => ["quantize", GRM, "--type", "q8_0", "--imatrix", at("rows.jsonl"), "--records", at("rows.jsonl")],
    /--imatrix and --records say the same thing\. Give one of them/,
  ],
  [
    "no records to quantize by",
    () => ["quantize", GRM, "--type", "q8_0", "--imatrix", at("gone")],
    /Expected --imatrix to be a file or folder/,
  ],
  [
    "an error that no number bounds",
    () => ["quantize", GRM, "--type", "q8_0", "--max-error", "Infinity"],
    /'--max-error <stds>' argument 'Infinity' is invalid/,
  ],
  [
    "steps with nothing between them",
    () => ["rank", GRM, ...ASKED, "--split-steps", ""],
    /'--split-steps <text>' argument '' is invalid/,
  ],
  [
    "a checkpoint whose name a shell would take apart",
    () => ["score", at("my checkpoint"), at("rows.jsonl")],
    /`llama-reward convert '\S+my checkpoint' 'models\/my checkpoint'`/,
  ],
  [
    "a default that is not there",
    () => ["quantize", GRM, "--default", "q4_k_m"],
    /no q4_k_m backbone.*--type q4_k_m --default q4_k_m/,
  ],
  [
    "a penalty of a model without std",
    () => ["rank", GRM, ...ASKED, "--penalty", "1"],
    /predicts no uncertainty.*Leave out the penalty/,
  ],
];

it.each(MISTAKES)("%s", async (_what, args, says) => {
  const { status, stdout, stderr } = await cli(args());
  expect(stderr).toMatch(says);
  expect(stderr).toMatch(/^llama-reward: [A-Z_]+: [^\n]+\n$/);
  // Data that cannot be read is no wrong usage.
  const expected = stderr.includes("DATASET_INVALID") ? 1 : 2;
  expect({ status, stdout }).toEqual({ status: expected, stdout: "" });
});

it("there are more than the 25 that were asked for", () => {
  expect(MISTAKES.length).toBeGreaterThan(25);
});
