import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { expect, it, onTestFinished } from "vitest";
import { entries, ROOT } from "./api.js";

const run = promisify(execFile);

it("gives a CommonJS file in TypeScript its types, and what it requires", async () => {
  // Within the package, so that its name leads to what was built.
  await mkdir(join(ROOT, "build"), { recursive: true });
  const folder = await mkdtemp(join(ROOT, "build", "commonjs-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const names = [...entries().keys()].map((entry) => `llama-reward${entry.slice(1)}`);
  const source = [
    ...names.map((name, index) => `import * as entry${index} from "${name}";`),
    'import { RewardModel, type Score } from "llama-reward";',
    "export const score = async (model: RewardModel): Promise<Score> => model.score([]);",
    "// @ts-expect-error -- the types are there, and not any",
    "export const wrong: number = RewardModel;",
    `export const entries: object[] = [${names.map((_, index) => `entry${index}`).join(", ")}];`,
    "process.stdout.write(String(entries.map((entry) => Object.keys(entry).length > 0)));",
  ].join("\n");
  const file = join(folder, "user.cts");
  await writeFile(file, source);
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2024.d.ts", "lib.esnext.disposable.d.ts"],
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules", "@types")],
    strict: true,
    skipLibCheck: true,
  };
  const program = ts.createProgram([file], options);
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
  program.emit();
  const { stdout } = await run(process.execPath, [join(folder, "user.cjs")]);
  expect(stdout).toBe(names.map(() => "true").join(","));
}, 120_000);
