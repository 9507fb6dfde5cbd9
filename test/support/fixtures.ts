import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { convertCheckpoint, type ConvertOptions } from "../../lib/convert/index.js";
import type { Message } from "../../lib/score/conversation/conversation.js";

/** Folder with the fixture checkpoints. */
export const CHECKPOINTS = join(import.meta.dirname, "..", "fixtures", "checkpoints");

/** One case of an `expected.json`. Fields by head kind; see the fixtures' README. */
export interface ExpectedCase {
  id: string;
  group: string;
  messages: Message[];
  expected_error?: string;
  rendered: string;
  input_ids: number[];
  n_tokens: number;
  position?: number;
  score: number;
  score_single_bos?: number;
  score_double_bos?: number;
  attributes?: Record<string, number>;
  sigmas?: Record<string, number>;
  gates?: Record<string, number>;
  std?: number;
  objectives?: number[];
  gating?: number[];
  quantiles?: number[];
  hidden_last: number[];
}

/** An `expected.json`, made by an implementation that shares no code with this project. */
export interface Expected {
  head: string;
  bos?: "double" | "once" | "none";
  cases: ExpectedCase[];
}

/** Names of all fixture checkpoints. */
export async function checkpointNames(): Promise<string[]> {
  return (await readdir(CHECKPOINTS)).sort();
}

/** The reference values of a fixture. */
export async function readExpected<T = Expected>(name: string): Promise<T> {
  return JSON.parse(await readFile(join(CHECKPOINTS, name, "expected.json"), "utf8")) as T;
}

/** Converts a fixture into a temporary folder. */
export async function convertFixture(name: string, options: ConvertOptions): Promise<ModelFolder> {
  const root = await mkdtemp(join(tmpdir(), "llama-reward-test-"));
  const directory = join(root, name);
  await convertCheckpoint(join(CHECKPOINTS, name), directory, options);
  return { directory, remove: () => rm(root, { recursive: true, force: true }) };
}

/** A converted fixture; remove it when done. */
export interface ModelFolder {
  directory: string;
  remove(): Promise<void>;
}

/** An empty folder for the tests of a file; remove it when done. */
export async function makeFolder(): Promise<ModelFolder> {
  const directory = await mkdtemp(join(tmpdir(), "llama-reward-test-"));
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** An empty folder that goes away with the test. */
export async function temporaryFolder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "llama-reward-test-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
