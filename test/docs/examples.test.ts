import { fork } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiReader, entries, ROOT, type ApiExport } from "./api.js";

/** First line of an example whose surroundings a test does not have: it is compiled only. */
const NOT_RUN =
  /^\/\/ (?:Needs the network|In Electron's [\w ]+|In a script that `startScoringHost` gets as `entry`)\.$/;

// Within the package, so that examples import it by its name; they see what was built, as users do.
const CODE = join(ROOT, "build", "examples");

interface Example {
  /** Entry and export, e.g. `./data scoreFile`. */
  name: string;
  file: string;
  isRun: boolean;
}

describe("examples of the comments", () => {
  let exported: (ApiExport & { entry: string })[] = [];
  const examples: Example[] = [];
  let folders = "";

  beforeAll(async () => {
    const reader = await ApiReader.create();
    exported = [...entries().keys()].flatMap((entry) =>
      reader.read(entry).exports.map((each) => ({ ...each, entry })),
    );
    folders = await mkdtemp(join(tmpdir(), "llama-reward-examples-"));
    await rm(CODE, { recursive: true, force: true });
    await mkdir(CODE, { recursive: true });
    await writeFile(join(CODE, "electron.d.ts"), 'declare module "electron";\n');
    const seen = new Set<string>();
    for (const { entry, name, source, examples: codes } of exported) {
      if (seen.has(source)) continue;
      seen.add(source);
      for (const [index, code] of codes.entries()) {
        const file = join(CODE, `${entry.replace(/\W+/g, "_")}-${name}-${index}.mts`);
        await writeFile(file, code);
        const [firstLine = ""] = code.split("\n");
        examples.push({ name: `${entry} ${name}`, file, isRun: !NOT_RUN.test(firstLine) });
      }
    }
  });
  afterAll(() => rm(folders, { recursive: true, force: true }));

  it("are there for every function and class", () => {
    const without = exported
      .filter(({ kind, examples: codes }) => kind !== "other" && codes.length === 0)
      .map(({ entry, name }) => `${entry} ${name}`)
      // Classes of errors differ in their codes only; the example is the base class's.
      .filter((name) => !/Error$/.test(name));
    expect(without).toEqual([]);
    expect(examples.length).toBeGreaterThan(40);
  });

  it("compile", () => {
    const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
      config: { compilerOptions: object };
    };
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
    const files = [join(CODE, "electron.d.ts"), ...examples.map(({ file }) => file)];
    const program = ts.createProgram(files, options);
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(({ file, messageText }) => [
        basename(file?.fileName ?? ""),
        ts.flattenDiagnosticMessageText(messageText, "\n"),
      ]);
    expect(problems).toEqual([]);
  });

  it("run", async () => {
    const run: [string, string][] = [];
    for (const { file, isRun } of examples) {
      const { outputText } = ts.transpileModule(ts.sys.readFile(file) ?? "", {
        compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
      });
      const compiled = file.replace(/\.mts$/, ".mjs");
      await writeFile(compiled, outputText);
      if (isRun)
        run.push([pathToFileURL(compiled).href, await exampleFolder(join(folders, basename(file, ".mts")))]);
    }
    expect(run.length).toBeGreaterThan(30);
    const child = fork(join(import.meta.dirname, "run-examples.mjs"), {
      stdio: ["pipe", "ignore", "inherit", "ipc"],
    });
    child.stdin?.end('{"prompt":"What is 2 + 2?","response":"4."}\n');
    child.send(run);
    const failures = await new Promise((resolve, reject) => {
      child.once("message", resolve);
      child.once("exit", (code) => {
        reject(new Error(`the examples ended with status ${code ?? "none"}`));
      });
    });
    expect(failures).toEqual({});
  }, 240_000);
});

/** A folder with what examples name: two models, a checkpoint, pairs and candidates. */
async function exampleFolder(folder: string): Promise<string> {
  await mkdir(join(folder, "models"), { recursive: true });
  await cp(join(ROOT, "test/fixtures/models/tiny-grm"), join(folder, "models/grm"), { recursive: true });
  await cp(join(ROOT, "test/fixtures/models/tiny-urm"), join(folder, "models/urm"), { recursive: true });
  await cp(
    join(dirname(import.meta.dirname), "fixtures/checkpoints/grm-llama3.2-tiny"),
    join(folder, "checkpoint"),
    {
      recursive: true,
    },
  );
  const lines = (rows: object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const numbers = Array.from({ length: 24 }, (_, index) => index);
  const pairs = numbers.map((n) => ({ prompt: `What is ${n} + 2?`, chosen: `${n + 2}.`, rejected: `${n}?` }));
  await writeFile(join(folder, "pairs.jsonl"), lines(pairs));
  const candidates = numbers
    .slice(0, 4)
    .map((n) => ({ prompt: `What is ${n} + 2?`, responses: [`${n + 2}.`, `${n}?`, "No idea."] }));
  await writeFile(join(folder, "candidates.jsonl"), lines(candidates));
  const published = pairs.map(({ prompt, chosen }, index) => ({ prompt, response: chosen, reward: index }));
  await writeFile(join(folder, "published.jsonl"), lines(published));
  return folder;
}
