import { isAllCase, isTitle } from "./letter-case.js";
import { PYTHON_WHITESPACE } from "./text.js";

/** Digits that are no decimals, such as ² and ①. Source: CPython 3.11, unicodedata 14.0. */
const OTHER_DIGITS =
  /^[²³¹፩-፱᧚⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]$/u;

/** Ideographs that stand for numbers. Source: CPython 3.11, unicodedata 14.0. */
const IDEOGRAPHIC_NUMBERS =
  /^[\u3405\u3483\u382a\u3b4d\u4e00\u4e03\u4e07\u4e09\u4e5d\u4e8c\u4e94\u4e96\u4ebf\u4ec0\u4edf\u4ee8\u4f0d\u4f70\u5104\u5146\u5169\u516b\u516d\u5341\u5343-\u5345\u534c\u53c1-\u53c4\u56db\u58f1\u58f9\u5e7a\u5efe\u5eff\u5f0c-\u5f0e\u5f10\u62fe\u634c\u67d2\u6f06\u7396\u767e\u8086\u842c\u8cae\u8cb3\u8d30\u9621\u9646\u964c\u9678\u96f6\uf96b\uf973\uf978\uf9b2\uf9d1\uf9d3\uf9fd\u{20001}\u{20064}\u{200e2}\u{20121}\u{2092a}\u{20983}\u{2098c}\u{2099c}\u{20aea}\u{20afd}\u{20b19}\u{22390}\u{22998}\u{23b1b}\u{2626d}\u{2f890}]$/u;

const isDecimal = (character: string): boolean => /^\p{Nd}$/u.test(character);
const isDigit = (character: string): boolean => isDecimal(character) || OTHER_DIGITS.test(character);
const isNumeric = (character: string): boolean =>
  /^\p{N}$/u.test(character) || IDEOGRAPHIC_NUMBERS.test(character);
const isAlpha = (character: string): boolean => /^\p{L}$/u.test(character);

/** A character that `repr` writes as it is. */
export function isPrintable(character: string): boolean {
  return character === " " || !/^[\p{C}\p{Z}]$/u.test(character);
}

export function isIdentifier(text: string): boolean {
  return /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(text);
}

/** Python's `text.is…()`. */
export const CHARACTER_TESTS: Readonly<Record<string, (text: string) => boolean>> = {
  isalnum: (text) => everyOne(text, (character) => isAlpha(character) || isNumeric(character)),
  isalpha: (text) => everyOne(text, isAlpha),

  isascii: (text) => /^[\0-\x7f]*$/.test(text),
  isdecimal: (text) => everyOne(text, isDecimal),
  isdigit: (text) => everyOne(text, isDigit),
  isidentifier: isIdentifier,
  islower: (text) => isAllCase(text, "lower"),
  isnumeric: (text) => everyOne(text, isNumeric),
  isprintable: (text) => text === "" || everyOne(text, isPrintable),
  isspace: (text) => everyOne(text, (character) => PYTHON_WHITESPACE.has(character)),
  istitle: isTitle,
  isupper: (text) => isAllCase(text, "upper"),
};

function everyOne(text: string, test: (character: string) => boolean): boolean {
  if (text === "") return false;
  for (const character of text) {
    if (!test(character)) return false;
  }
  return true;
}
