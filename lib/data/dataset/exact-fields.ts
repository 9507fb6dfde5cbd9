import { exactValue } from "../../formats/json/exact-json.js";

/** Columns that hold messages, or go to the chat template beside them. */
const MESSAGES = ["messages", "prompt", "chosen", "rejected", "conversations"];
const CONTEXT = ["tools", "documents", "chat_template_kwargs"];

/** The row with what its JSON text says of the values that a chat template may print: `7.0` is not `7` there. */
export function withExactFields<Row extends object>(row: Row): Row {
  const fields = row as Readonly<Record<string, unknown>>;
  const isPlain =
    CONTEXT.every((name) => fields[name] === undefined) &&
    MESSAGES.every((name) => !hasRichMessage(fields[name]));
  const exact = isPlain ? row : exactValue(row);
  if (exact === row) return row;
  const entries =
    exact instanceof Map ? [...(exact as Map<string, unknown>)] : Object.entries(exact as object);
  return {
    ...row,
    ...Object.fromEntries(entries.filter(([name]) => [...MESSAGES, ...CONTEXT].includes(name))),
  };
}

/** Whether there is more in a list of messages than texts. */
function hasRichMessage(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.some(
      (message: unknown) =>
        typeof message === "object" &&
        message !== null &&
        Object.values(message).some((field) => typeof field === "object" || typeof field === "number"),
    )
  );
}
