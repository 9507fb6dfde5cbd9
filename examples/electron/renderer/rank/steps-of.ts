/** The steps of an answer: paragraphs, or lines where it has one paragraph only. */
export function stepsOf(text: string): string[] {
  const paragraphs = nonEmpty(text.split(/\n\s*\n/));
  return paragraphs.length > 1 ? paragraphs : nonEmpty(text.split("\n"));
}

function nonEmpty(parts: readonly string[]): string[] {
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}
