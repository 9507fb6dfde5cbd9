/** Markup that is safe to insert as it is: made by `html`, by the chart library, or written in this package. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What a template may hold: markup goes in as it is, everything else is escaped. */
export type Insertable = Markup | string | number | readonly Insertable[] | null;

/**
 * Builds markup from a template. Every text that is inserted is escaped, in content and in quoted attributes alike, so
 * text from a dataset cannot become markup: what is not escaped has to be asked for.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Insertable[]): Markup {
  return new Markup(
    strings.reduce((result, part, index) => result + toHtml(values[index - 1] ?? null) + part),
  );
}

function toHtml(value: Insertable): string {
  if (value === null) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escapeHtml(value);
  return value.map(toHtml).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML content or as a quoted attribute value. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
