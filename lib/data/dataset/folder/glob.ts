/**
 * A path pattern as the Hub's tools read it, as a regular expression over whole relative paths: `*` stays within a name, `**`
 * is any number of folders. Not a general glob library: those know braces and negations, which fsspec takes literally.
 * Source: fsspec 2026.9.0, `fsspec/utils.py`, `glob_translate`.
 * @returns undefined for a pattern that fsspec refuses, too
 */
export function globExpression(pattern: string): RegExp | undefined {
  const parts = pattern.replace(/^(?:\.\/)+/, "").split("/");
  if (parts.some((part) => part.includes("**") && part !== "**")) return undefined;
  const translated = parts.map((part, index) => {
    const isLast = index === parts.length - 1;
    if (part === "**") return isLast ? ".*" : "(?:.+/)?";
    return (part === "*" ? "[^/]+" : translatePart(part)) + (isLast ? "" : "/");
  });
  try {
    return new RegExp(`^${translated.join("")}$`, "su");
  } catch {
    return undefined;
  }
}

/** Whether a pattern names several files, not just one. */
export function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

function translatePart(part: string): string {
  let result = "";
  for (let index = 0; index < part.length; index++) {
    const character = part[index] ?? "";
    const close = character === "[" ? part.indexOf("]", part[index + 1] === "!" ? index + 3 : index + 2) : -1;
    if (character === "*") result += "[^/]*";
    else if (character === "?") result += "[^/]";
    else if (close > 0) {
      const set = part.slice(index + 1, close);
      const negated = set.startsWith("!");
      result += `(?!/)[${negated ? "^" : ""}${escapeSet(negated ? set.slice(1) : set)}]`;
      index = close;
    } else result += character.replace(/[\\^$.|+()[\]{}/]/, "\\$&");
  }
  return result;
}

/** Between brackets: ranges stay ranges, a minus at either end is itself. */
function escapeSet(set: string): string {
  return set.replace(/[\\^[\]]/g, "\\$&").replace(/^-|-$/g, "\\-");
}
