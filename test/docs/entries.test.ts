import { join } from "node:path";
import { Application, LogLevel, TSConfigReader } from "typedoc";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { entries, ROOT } from "./entries.js";

const PASSED_OVER = [
  // Shapes of other programs' objects, which their own documentation describes.
  /defined in \S*(?:electron-api|port)\.ts, does not have any documentation/,
  // Not every entry has all of them.
  /^The following symbols were marked as intentionally not exported/,
];

// An entry's user can write down every type that the entry's signatures name, without a path into the package.
describe("the entry", () => {
  let app: Application;
  let program: ts.Program;

  beforeAll(async () => {
    app = await Application.bootstrap(
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
    program = ts.createProgram([...entries().values()], app.options.getCompilerOptions(app.logger));
  });

  it.each([...entries()])(
    "%s exports every type that its signatures name, each with a comment",
    (name, file) => {
      const sourceFile = program.getSourceFile(file);
      if (sourceFile === undefined) throw new Error(`${name} is not compiled`);
      const problems: string[] = [];
      app.logger.warn = (message: string) => {
        if (!PASSED_OVER.some((pattern) => pattern.test(message))) problems.push(message);
      };
      const project = app.converter.convert([{ displayName: name, program, sourceFile }]);
      app.validate(project);
      expect(problems).toEqual([]);
    },
  );
});
