import { describe, expect, it } from "vitest";
import { parseDate, strftime } from "../../../lib/score/template/strftime.js";

describe("strftime", () => {
  // Values of CPython 3.11's date.strftime in the C locale.
  it.each([
    ["2024-07-26", "%d %b %Y", "26 Jul 2024"],
    ["2024-07-26", "%B %-d, %y", "July 26, 24"],
    ["2024-07-26", "%A %a %j %H:%M:%S %I %p %%", "Friday Fri 208 00:00:00 12 AM %"],
    ["2023-12-05", "%d %b %Y", "05 Dec 2023"],
    ["2023-12-05", "%B %-d, %y", "December 5, 23"],
    ["2023-12-05", "%m/%d %A %j", "12/05 Tuesday 339"],
    ["2000-02-29", "%B %-d, %y", "February 29, 00"],
    ["2000-02-29", "%F %a %j", "2000-02-29 Tue 060"],
  ])("%s as %s", (day, format, expected) => {
    const date = parseDate(day);
    expect(date && strftime(date, format)).toBe(expected);
  });

  it.each(["%c", "%Q", "100%"])("does not guess what %s is", (format) => {
    expect(strftime(new Date(0), format)).toBeUndefined();
  });
});

describe("parseDate", () => {
  it.each(["26 Jul 2024", "26 July 2024", "2024-07-26"])("reads %s", (text) => {
    expect(parseDate(text)?.toISOString()).toBe("2024-07-26T00:00:00.000Z");
  });

  it.each(["", "today", "31 Feb 2024", "2024-13-01", "26 Jux 2024", "26.07.2024"])(
    "does not read %j",
    (text) => {
      expect(parseDate(text)).toBeUndefined();
    },
  );
});
