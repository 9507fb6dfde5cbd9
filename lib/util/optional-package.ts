import { JobError } from "../errors.js";
import { codeOf } from "./caught.js";

/**
 * Loads an optional peer dependency, which only those install who use it.
 * @param code of what cannot be used without it
 * @param load its `import()`, written out, so that bundlers see it
 * @throws JobError it is not installed: says how to
 */
export async function optionalPackage<T>(
  name: string,
  code: "QUEUE_FAILED" | "STORE_FAILED",
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const isMissing = codeOf(cause) === "ERR_MODULE_NOT_FOUND" || codeOf(cause) === "MODULE_NOT_FOUND";
    if (!isMissing) throw cause;
    throw new JobError(
      code,
      `The package ${name} is needed for this and not installed: npm install ${name}.`,
      {
        cause,
        details: { package: name },
      },
    );
  }
}
