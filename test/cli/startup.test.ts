/** What the command line loads before it knows what is asked: help and wrong usage must not wait for anything else. */
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");
const START = "lib/cli/main.ts";
/** Files of ours that `--help` loads; each costs some tenths of a millisecond. */
const MOST_FILES = 60;

/** What a file loads at once: no types, no `import()`. */
function loadedBy(file: string): string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(path.join(ROOT, file), "utf8"),
    ts.ScriptTarget.Latest,
  );
  return source.statements.flatMap((statement) => {
    if (
      ts.isImportDeclaration(statement) &&
      statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    )
      return [];
    if (ts.isExportDeclaration(statement) && statement.isTypeOnly) return [];
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const from = statement.moduleSpecifier;
    return from !== undefined && ts.isStringLiteral(from) ? [from.text] : [];
  });
}

const files = new Set<string>();
const packages = new Set<string>();
const open = [START];
for (let file = open.pop(); file !== undefined; file = open.pop()) {
  if (files.has(file)) continue;
  files.add(file);
  for (const name of loadedBy(file)) {
    if (name.startsWith("."))
      open.push(path.posix.join(path.posix.dirname(file), name).replace(/\.js$/, ".ts"));
    else if (!name.startsWith("node:")) packages.add(name);
  }
}

it("help loads the words of the commands, and nothing of what they do", () => {
  expect(files).toContain("lib/cli/commands/score.ts");
  expect([...files].filter((file) => /^lib\/cli\/actions\//.test(file))).toEqual([]);
  expect([...packages].sort()).toEqual(["commander", "fastest-levenshtein"]);
  expect(files.size).toBeLessThanOrEqual(MOST_FILES);
});
