// The worker's side of child-pool.mjs.

/** Ends with this status for what nobody caught; the pool reports it. */
const UNCAUGHT = 70;

/**
 * Answers each case with what `run` makes of it. An error is answered as `error` with its code when it is one of the project's
 * own, as `untyped` when it is not: people and programs cannot act on that.
 * @param {(task: any) => Promise<{ kind: string, detail?: string }>} run
 */
export function serveCases(run) {
  process.on("uncaughtException", (error) => {
    console.error(error);
    process.exit(UNCAUGHT);
  });
  process.on("message", (task) => {
    void run(task)
      .catch(outcomeOfError)
      .then((outcome) => process.send(outcome));
  });
}

/** @returns {{ kind: "error" | "untyped", detail: string }} */
export function outcomeOfError(error) {
  const { code, message, details } = error ?? {};
  // Errors of the project have `details`; those of the system and of Node have codes, too.
  const isTyped = typeof code === "string" && details !== undefined && !/^(ERR_|E[A-Z0-9]+$)/.test(code);
  return isTyped
    ? { kind: "error", detail: code }
    : { kind: "untyped", detail: String(error?.stack ?? message ?? error).slice(0, 1500) };
}
