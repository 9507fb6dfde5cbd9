/** How the pinned date may be written: as Llama's templates print it, or ISO 8601. */
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/**
 * Reads a date such as `26 Jul 2024` or `2024-07-26`, as UTC midnight.
 * @returns undefined for anything else.
 */
export function parseDate(text: string): Date | undefined {
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (iso !== null) return utcDate(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]));
  const words = /^(\d{1,2}) ([A-Z][a-z]{2,8}) (\d{4})$/.exec(text);
  if (words === null) return undefined;
  const name = words[2] ?? "";
  const month = MONTHS.findIndex((long) => long === name || long.slice(0, 3) === name);
  return month < 0 ? undefined : utcDate(Number(words[3]), month, Number(words[1]));
}

/**
 * Formats a date as Python's `strftime` does in the C locale, whatever this machine's locale and time zone are. The time
 * of day is midnight. Source: docs.python.org/3.13/library/datetime.html#format-codes
 * @returns undefined when the format has a code that is not known here.
 */
export function strftime(date: Date, format: string): string | undefined {
  const unknown: string[] = [];
  const text = format.replace(/%(-?)([\s\S]?)/g, (code, dash: string, letter: string) => {
    const value = directive(date, letter);
    if (value === undefined) unknown.push(code);
    return dash === "-" ? (value ?? "").replace(/^0+(?=\d)/, "") : (value ?? "");
  });
  return unknown.length > 0 ? undefined : text;
}

function directive(date: Date, letter: string): string | undefined {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = DAYS[date.getUTCDay()] ?? "";
  const month = MONTHS[date.getUTCMonth()] ?? "";
  switch (letter) {
    case "d":
      return two(date.getUTCDate());
    case "m":
      return two(date.getUTCMonth() + 1);
    case "b":
      return month.slice(0, 3);
    case "B":
      return month;
    case "y":
      return two(date.getUTCFullYear() % 100);
    case "Y":
      return String(date.getUTCFullYear());
    case "a":
      return day.slice(0, 3);
    case "A":
      return day;
    case "j":
      return String(dayOfYear(date)).padStart(3, "0");
    case "F":
      return date.toISOString().slice(0, 10);
    case "H":
    case "M":
    case "S":
      return "00";
    case "I":
      return "12";
    case "p":
      return "AM";
    case "%":
      return "%";
    default:
      return undefined;
  }
}

function dayOfYear(date: Date): number {
  const MS_PER_DAY = 86_400_000;
  return (date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / MS_PER_DAY + 1;
}

/** Undefined for a day that its month does not have. */
function utcDate(year: number, month: number, day: number): Date | undefined {
  const date = new Date(Date.UTC(year, month, day));
  return date.getUTCMonth() === month && date.getUTCDate() === day ? date : undefined;
}
