/** One thing that `verify` looked at. */
export interface Check {
  name: "files" | "head" | "description" | "tensors" | "tokens" | "scores" | "advice" | "reference";
  /** `warn`: nothing is wrong, but the user should know. `skip`: could not be looked at, the summary says why. */
  status: "pass" | "fail" | "warn" | "skip";
  /** One line: what was compared, and how it went. */
  summary: string;
  /** What was found, one line each. */
  findings: readonly string[];
}

/** Passes when nothing was found. */
export function checkOf(
  name: Check["name"],
  findings: readonly string[],
  summary: { pass: string; fail: string },
): Check {
  const isGood = findings.length === 0;
  return { name, status: isGood ? "pass" : "fail", summary: isGood ? summary.pass : summary.fail, findings };
}

/** A check that could not be made. */
export function skipped(name: Check["name"], why: string): Check {
  return { name, status: "skip", summary: why, findings: [] };
}
