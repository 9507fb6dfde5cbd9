/** What a schema finds wrong with a value; the part of Zod's errors that is used. */
interface SchemaError {
  issues: readonly { path: readonly PropertyKey[]; message: string }[];
}

/**
 * What is wrong with a value, in the form `where: what`.
 * @param whole what the value itself is called
 */
export function zodProblems({ issues }: SchemaError, whole: string): string[] {
  return issues.map((issue) => `${placeOf(issue, whole)}: ${issue.message}`);
}

/** The first thing that is wrong. */
export function firstProblem({ issues }: SchemaError, whole: string): { field: string; fault: string } {
  const [issue = { path: [], message: "unexpected value" }] = issues;
  return { field: placeOf(issue, whole), fault: issue.message };
}

function placeOf({ path }: SchemaError["issues"][number], whole: string): string {
  return path.join(".") || whole;
}
