/**
 * Characters of all texts in a conversation; a token has about four. Nobody has checked it yet: what is no conversation
 * weighs next to nothing, for it fails before it is computed.
 */
export function weigh(conversation: unknown): number {
  let weight = 0;
  // Not recursive, and no object twice: a malformed one may be nested without end.
  const waiting: unknown[] = [conversation];
  const seen = new Set<unknown>();
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === "string") weight += value.length;
    else if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && !seen.has(value)) {
      seen.add(value);
      for (const item of value instanceof Map ? value.values() : Object.values(value)) waiting.push(item);
    }
  }
  return weight;
}
