import { styleText } from "node:util";

/** What colour and weight say. Everything is said in words, too. */
const FORMATS = {
  strong: "bold",
  faint: "dim",
  good: "green",
  bad: "red",
  doubtful: "yellow",
} as const;
export type Style = keyof typeof FORMATS;

/** Gives text on one line weight or colour, or leaves it as it is. */
export function styled(isColored: boolean, style: Style, text: string): string {
  // Whether there is colour is decided once, for the whole program: not by the stream that Node would look at.
  return isColored && text !== "" ? styleText(FORMATS[style], text, { validateStream: false }) : text;
}

/** What a stream is asked for: `NO_COLOR` (no-color.org), `FORCE_COLOR` as Node reads it, else whether somebody looks. */
export function wantsColor(
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if (isSet(env["NO_COLOR"]) || isSet(env["NODE_DISABLE_COLORS"]) || env["TERM"] === "dumb") return false;
  return isTerminal;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
