import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { readImports, ROOT } from "./imports.js";

const LONGEST = 250;
const SHORT = 15;
const MOST_SHORT = 15;

/** Files of fewer lines than `SHORT`, and why each is a file of its own. */
const REASONS: Readonly<Record<string, string>> = {
  "lib/data/dataset/index.ts": "entry",
  "lib/serve/http/index.ts": "entry",
  "lib/serve/host/entry.ts": "the script a host process starts with",
  "lib/data/hub/hub-client.ts": "bundled by itself at release",
  "lib/eval/report/charts/vega.ts": "bundled by itself at release",
  "lib/serve/electron/channel.ts": "keeps the preload script small",
  "lib/eval/metrics/names.ts": "for the command line, which loads a benchmark only to run it",
  "lib/util/unknown-version.ts": "for pages, too, which have no file system",
};

/** A head, an architecture or a command is a file of its own however little it says. */
const isDefinition = (file: string): boolean =>
  /^lib\/score\/head\/[\w-]+-head\.ts$|^lib\/model\/architecture\/|^lib\/cli\/commands\//.test(file);

const lines = new Map(
  [...readImports().keys()].map((file) => [
    file,
    readFileSync(path.join(ROOT, file), "utf8").split("\n").length - 1,
  ]),
);

it("no file of lib/ is longer than can be overlooked", () => {
  expect([...lines].filter(([, count]) => count > LONGEST)).toEqual([]);
});

it("few files are short, each for a reason", () => {
  const short = [...lines].filter(([, count]) => count < SHORT).map(([file]) => file);
  expect(short.filter((file) => REASONS[file] === undefined && !isDefinition(file))).toEqual([]);
  expect(Object.keys(REASONS).filter((file) => !short.includes(file))).toEqual([]);
  expect(short.length).toBeLessThanOrEqual(MOST_SHORT);
});
