import { pythonStr } from "./repr.js";
import { Markup, type Value } from "./values.js";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&#39;",
  '"': "&#34;",
};

/** `markupsafe.escape(value)`: what is marked as safe stays. Source: MarkupSafe 3.0. */
export function escapeHtml(value: Value): Markup {
  return value instanceof Markup ? value : new Markup(escapeText(pythonStr(value)));
}

export function escapeText(text: string): string {
  return text.replace(/[&<>'"]/g, (character) => ENTITIES[character] ?? character);
}

/** `urllib.parse.quote`. @param keepsSlash for paths, not for queries, where a blank becomes `+` */
export function quoteUrl(value: Value, keepsSlash: boolean): string {
  const quoted = encodeURIComponent(pythonStr(value)).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepsSlash ? quoted.replaceAll("%2F", "/") : quoted.replaceAll("%20", "+");
}
