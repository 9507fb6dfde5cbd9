import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import ts from "typescript";
import { ROOT } from "../api.js";
import type { Block } from "./read-blocks.js";
import { runWell } from "./run.js";
import type { Workplace } from "./workplace.js";

// Within the package, so that blocks import it by its name; they see what was built, as users do.
const FOLDER = join(ROOT, "build", "blocks");

function fileOf({ page, line }: Block, extension: string): string {
  return join(FOLDER, `${page.replaceAll(/\W+/g, "-")}-${line}.${extension}`);
}

/** Runs JavaScript by Node as it is printed, and TypeScript without its types. */
export async function runScript(block: Block, place: Workplace): Promise<void> {
  const file = fileOf(block, "mjs");
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const code =
    block.language === "js"
      ? block.code
      : ts.transpileModule(block.code, { compilerOptions: options }).outputText;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(file, code);
  try {
    await runWell(process.execPath, [file], { cwd: place.folder, env: place.environment });
  } finally {
    await rm(file, { force: true });
  }
}

/** What the compiler says against blocks of TypeScript, as `page:line: message`. */
export async function compile(blocks: readonly Block[]): Promise<string[]> {
  await mkdir(FOLDER, { recursive: true });
  const ambient = join(FOLDER, "electron.d.ts");
  await writeFile(ambient, 'declare module "electron";\n');
  const files = new Map(blocks.map((block) => [fileOf(block, "mts"), block]));
  for (const [file, { code }] of files) await writeFile(file, code);
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const program = ts.createProgram([ambient, ...files.keys()], { ...options, noEmit: true });
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const block = [...files].find(([name]) => basename(name) === basename(file?.fileName ?? ""))?.[1];
    return `${block?.page ?? ""}:${block?.line ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  await Promise.all([ambient, ...files.keys()].map((file) => rm(file, { force: true })));
  return problems;
}
