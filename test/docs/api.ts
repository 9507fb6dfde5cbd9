import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, LogLevel, ReflectionKind, TSConfigReader, type Comment } from "typedoc";
import ts from "typescript";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The entries of the package by name, e.g. `./data`, with the source file of each. */
export function entries(): Map<string, string> {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    exports: Record<string, string | { types: string; default: string }>;
  };
  return new Map(
    Object.entries(manifest.exports).flatMap(([name, target]) =>
      typeof target === "string"
        ? []
        : [[name, join(ROOT, target.types.replace("./dist/", "lib/").replace(".d.ts", ".ts"))]],
    ),
  );
}

/** What TypeDoc says against an entry that matters here. */
const PASSED_OVER = [
  // Shapes of other programs' objects, which their own documentation describes.
  /defined in \S*(?:electron-api|port)\.ts, does not have any documentation/,
  // Not every entry has all of them.
  /^The following symbols were marked as intentionally not exported/,
];

/** Something that an entry exports, with the code of its examples. */
export interface ApiExport {
  name: string;
  kind: "function" | "class" | "other";
  /** Where its declaration is, to know it again in another entry. */
  source: string;
  examples: string[];
}

/** Looks at each entry on its own, by TypeDoc. */
export class ApiReader {
  readonly #app: Application;
  readonly #program: ts.Program;

  private constructor(app: Application) {
    this.#app = app;
    this.#program = ts.createProgram([...entries().values()], app.options.getCompilerOptions(app.logger));
  }

  static async create(): Promise<ApiReader> {
    const app = await Application.bootstrap(
      {
        tsconfig: join(ROOT, "tsconfig.build.json"),
        entryPoints: [],
        validation: { notExported: true, invalidLink: true, notDocumented: true },
        requiredToBeDocumented: ["Function", "Class", "Interface", "TypeAlias", "Variable"],
        // Schemas: a user writes down the types that are inferred from them.
        intentionallyNotExported: ["fileRecord", "publishedScore", "rewardJsonSchema", "weightsRecord"],
        excludeInternal: true,
        excludePrivate: true,
        readme: "none",
        logLevel: LogLevel.None,
      },
      [new TSConfigReader()],
    );
    return new ApiReader(app);
  }

  read(name: string): { exports: ApiExport[]; problems: string[] } {
    const sourceFile = this.#program.getSourceFile(entries().get(name) ?? "");
    if (sourceFile === undefined) throw new Error(`${name} is not compiled`);
    const problems: string[] = [];
    this.#app.logger.warn = (message: string) => {
      if (!PASSED_OVER.some((pattern) => pattern.test(message))) problems.push(message);
    };
    const project = this.#app.converter.convert([{ displayName: name, program: this.#program, sourceFile }]);
    this.#app.validate(project);
    const exports = (project.children ?? []).map((child) => {
      const kind =
        child.kind === ReflectionKind.Function
          ? "function"
          : child.kind === ReflectionKind.Class
            ? "class"
            : "other";
      const { fileName = "", line = 0 } = child.sources?.[0] ?? {};
      const comment = child.comment ?? child.signatures?.[0]?.comment;
      return {
        name: child.name,
        kind,
        source: `${fileName}:${line}`,
        examples: examplesOf(comment),
      } as const;
    });
    return { exports, problems };
  }
}

function examplesOf(comment: Comment | undefined): string[] {
  return (comment?.blockTags ?? [])
    .filter(({ tag }) => tag === "@example")
    .map(({ content }) => /```ts\n([\s\S]*?)```/.exec(content.map(({ text }) => text).join(""))?.[1] ?? "");
}
