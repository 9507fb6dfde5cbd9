import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

export const ROOT = path.join(import.meta.dirname, "../..");

/** What each file of `lib/` imports from it, types included, by paths like `lib/util/files/optional-file.ts`. */
export type Imports = ReadonlyMap<string, readonly string[]>;

export function readImports(): Imports {
  const files = readdirSync(path.join(ROOT, "lib"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `lib/${name.replaceAll(path.sep, "/")}`);
  return new Map(files.map((file) => [file, importsOf(file)]));
}

function importsOf(file: string): string[] {
  const source = readFileSync(path.join(ROOT, file), "utf8");
  return ts
    .preProcessFile(source)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith("."))
    .map((name) => path.posix.join(path.posix.dirname(file), name).replace(/\.js$/, ".ts"));
}

/**
 * The rooms in the order of the table in docs/architecture.md, from the top down: folders of `lib/`, folders in them that are
 * rooms of their own, and single files.
 */
export function readRooms(): string[] {
  const page = readFileSync(path.join(ROOT, "docs/architecture.md"), "utf8");
  return [...page.matchAll(/^\| `(lib\/[\w./-]+)`/gm)].map(([, room = ""]) => room);
}

/** The room a file lies in: the innermost one. */
export function roomOf(file: string, rooms: readonly string[]): string | undefined {
  return rooms
    .filter((room) => file === room || file.startsWith(room))
    .reduce<string | undefined>(
      (inner, room) => (room.length > (inner?.length ?? 0) ? room : inner),
      undefined,
    );
}

/** Imports that do not point down the table. */
export function arrowsAgainst(rooms: readonly string[], imports: Imports): string[] {
  const height = (file: string): number => rooms.indexOf(roomOf(file, rooms) ?? "");
  return [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => height(target) < height(file)).map((target) => `${file} imports ${target}`),
  );
}

/** Groups of files that import each other round a circle, by Tarjan's algorithm (SIAM J. Comput. 1, 1972). */
export function circles(imports: Imports): string[][] {
  const found: string[][] = [];
  const stack: string[] = [];
  const state = new Map<string, { index: number; low: number; isOpen: boolean }>();
  const visit = (file: string): { index: number; low: number; isOpen: boolean } => {
    const own = { index: state.size, low: state.size, isOpen: true };
    state.set(file, own);
    stack.push(file);
    for (const target of imports.get(file) ?? []) {
      const other = state.get(target) ?? visit(target);
      if (other.isOpen) own.low = Math.min(own.low, other.low);
    }
    if (own.low === own.index) {
      const group = stack.splice(stack.indexOf(file));
      for (const member of group) Object.assign(state.get(member) ?? {}, { isOpen: false });
      if (group.length > 1) found.push(group);
    }
    return own;
  };
  for (const file of imports.keys()) if (!state.has(file)) visit(file);
  return found;
}
