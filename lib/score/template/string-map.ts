import type { TemplateInput } from "./template-input.js";

/** Gives the text to put in another one's place. */
type Replace = (text: string, isKey: boolean) => string;

/**
 * The input with every text in it replaced: contents, names, arguments, tools, documents, variables, keys of mappings. Not
 * roles, which are words that the template knows, nor the names of variables, which it asks for.
 */
export function mapTexts(input: TemplateInput, replace: Replace): TemplateInput {
  const change = (value: unknown): unknown => mapValue(value, replace);
  const message = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        replace(name, true),
        name === "role" ? value : change(value),
      ]),
    );
  return {
    messages: input.messages.map(message),
    tools: change(input.tools) as TemplateInput["tools"],
    documents: change(input.documents) as TemplateInput["documents"],
    variables: Object.fromEntries(
      Object.entries(input.variables).map(([name, value]) => [name, change(value)]),
    ),
  };
}

/** Calls `visit` with each text that {@link mapTexts} would replace. */
export function forEachText(input: TemplateInput, visit: (text: string) => void): void {
  mapTexts(input, (text) => {
    visit(text);
    return text;
  });
}

function mapValue(value: unknown, replace: Replace): unknown {
  if (typeof value === "string") return replace(value, false);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mapValue(item, replace));
  const entry = ([key, item]: [string, unknown]): [string, unknown] => [
    replace(key, true),
    mapValue(item, replace),
  ];
  if (value instanceof Map) return new Map([...(value as Map<string, unknown>)].map(entry));
  if (Object.prototype.toString.call(value) !== "[object Object]") return value;
  return Object.fromEntries(Object.entries(value).map(entry));
}
