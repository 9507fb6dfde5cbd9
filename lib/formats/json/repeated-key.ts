const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;

/**
 * A key that a JSON object has twice, or undefined. `JSON.parse` takes the last one in silence, other parsers the first.
 * @param json valid, an object
 */
export function repeatedKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (depth === 1 && isKey(json, index + token.length)) {
      const key = JSON.parse(token) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}

function isKey(json: string, end: number): boolean {
  return /^\s*:/.test(json.slice(end, end + 20));
}
