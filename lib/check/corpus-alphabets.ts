/**
 * Characters that tokenizers disagree about, by block of the Unicode standard (first and last code point). Blocks hold
 * unassigned code points too, on purpose: tokenizers carry Unicode tables of different ages.
 */
export const SCRIPTS: Readonly<Record<string, readonly (readonly [first: number, last: number])[]>> = {
  latin: [
    [0x41, 0x5a],
    [0x61, 0x7a],
    [0xc0, 0x24f],
    [0x1e00, 0x1eff],
  ],
  greek: [
    [0x370, 0x3ff],
    [0x1f00, 0x1fff],
  ],
  cyrillic: [[0x400, 0x52f]],
  armenian: [[0x530, 0x58f]],
  hebrew: [[0x590, 0x5ff]],
  arabic: [
    [0x600, 0x6ff],
    [0xfb50, 0xfdff],
    [0xfe70, 0xfefe],
  ],
  devanagari: [[0x900, 0x97f]],
  bengali: [[0x980, 0x9ff]],
  tamil: [[0xb80, 0xbff]],
  thai: [[0xe00, 0xe7f]],
  tibetan: [[0xf00, 0xfff]],
  georgian: [
    [0x10a0, 0x10ff],
    [0x1c90, 0x1cbf],
  ],
  ethiopic: [[0x1200, 0x137f]],
  khmer: [[0x1780, 0x17ff]],
  hangul: [
    [0x1100, 0x11ff],
    [0xac00, 0xd7a3],
  ],
  kana: [[0x3040, 0x30ff]],
  han: [
    [0x4e00, 0x9fff],
    [0x3400, 0x4dbf],
    [0x20000, 0x2a6df],
    [0xf900, 0xfaff],
  ],
  symbols: [
    [0x2000, 0x2bff],
    [0x3000, 0x303f],
    [0xff00, 0xffef],
  ],
  emoji: [
    [0x1f300, 0x1faff],
    [0x2600, 0x27bf],
  ],
  mathematical: [[0x1d400, 0x1d7ff]],
  ancient: [
    [0x10000, 0x103ff],
    [0x12000, 0x123ff],
    [0x13000, 0x1342f],
  ],
  privateUse: [
    [0xe000, 0xf8ff],
    [0xf0000, 0xf0fff],
    [0x10ff00, 0x10ffff],
  ],
  edges: [
    [0xd7f0, 0xd7ff],
    [0xfff0, 0xffff],
    [0x1fff0, 0x20010],
    [0xe0000, 0xe01ef],
  ],
  marks: [
    [0x300, 0x36f],
    [0x1ab0, 0x1aff],
    [0x20d0, 0x20ff],
    [0xfe00, 0xfe2f],
  ],
  controls: [
    [0x1, 0x1f],
    [0x7f, 0x9f],
  ],
};

/** Digits and number signs of many scripts; tokenizers count them differently. */
export const DIGITS: readonly string[] = [
  "0123456789",
  "٠١٢٣٤٥٦٧٨٩",
  "۰۱۲۳۴۵۶۷۸۹",
  "०१२३४५६७८९",
  "๐๑๒๓๔๕๖๗๘๙",
  "０１２３４５６７８９",
  "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
  "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ",
  "²³¹⁰⁴⁵⁶⁷⁸⁹",
  "½⅓¼⅕⅛①②③㊀〇",
];

/** Everything some standard calls white space, and what looks like it. */
export const SPACES: readonly string[] = [
  "\r\n",
  ...Array.from(" \t\n\r\v\f\u0085\u00a0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"),
  ...Array.from("\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u200b\u200c\u200d\u2060\ufeff▁"),
];

/** Emoji of several code points: skin tones, families, flags, keycaps. */
export const EMOJI_SEQUENCES: readonly string[] = [
  "👨‍👩‍👧‍👦",
  "👩🏽‍🚀",
  "🏳️‍🌈",
  "🇩🇪",
  "🇺🇳🇯🇵",
  "1️⃣",
  "❤️‍🔥",
  "🧑🏿‍🤝‍🧑🏻",
  "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
  "☎︎",
];

/** Words whose endings tokenizers split off, with straight and typographic apostrophes, in several cases. */
export const CONTRACTIONS: readonly string[] = ["'", "’", "‘", "`", "＇"].flatMap((apostrophe) =>
  ["s", "S", "t", "T", "re", "RE", "Re", "ve", "Ve", "m", "M", "ll", "LL", "lL", "d", "D", "ſ", "x"].map(
    (ending) => apostrophe + ending,
  ),
);

/** Spellings of special tokens of the common families, whole and broken. */
export const SPECIAL_SPELLINGS: readonly string[] = [
  "<|begin_of_text|>",
  "<|eot_id|>",
  "<|start_header_id|>",
  "<|im_start|>",
  "<|im_end|>",
  "<|endoftext|>",
  "<|end|>",
  "<s>",
  "</s>",
  "<unk>",
  "<pad>",
  "[PAD]",
  "<bos>",
  "<eos>",
  "<start_of_turn>",
  "<end_of_turn>",
  "[INST]",
  "[/INST]",
  "<<SYS>>",
  "<0x0A>",
  "<0xFF>",
  "<h1>",
  "</h1>",
  "<|eot_id",
  "<|im_end|",
  "< s>",
  "▁",
  "▁▁",
  "Ġ",
  "Ċ",
];

/** Pieces of programs and addresses. */
export const CODE_PIECES: readonly string[] = [
  "for (let i = 0; i < n; ++i) {\n",
  "    return x[i] ** 2;\n",
  "}\n\n\n",
  "\tif (a!=b&&c||!d)\n\t\t",
  "def f(self, *args, **kwargs):\n    ",
  "#include <stdio.h>\r\n",
  "SELECT * FROM `t` WHERE id=0x1F;",
  "$ sudo rm -rf / --no-preserve-root",
  "https://example.org/a/b?c=d&e=%20f#g",
  "user.name+tag@mail.example.co.uk",
  "C:\\Program Files\\x86\\",
  '{"key": [1, 2.50, -3e-7, null]}',
  "<div class='a'>&nbsp;</div>",
  "\\frac{1}{2}\\sqrt{\\pi}",
  "camelCaseWord snake_case_word SCREAMING-KEBAB",
  "----------",
  "==========",
  "=-=-=-=-=-",
  "..........",
  "!!!!???",
  "/* **** */",
];

/** Pairs of spellings that Unicode calls equal: composed, decomposed, compatible. */
export const EQUIVALENT: readonly string[] = [
  "é",
  "e\u0301",
  "ñ",
  "n\u0303",
  "Å",
  "\u212b",
  "A\u030a",
  "ệ",
  "e\u0323\u0302",
  "e\u0302\u0323",
  "ﬁ",
  "각",
  "\u1100\u1161\u11a8",
  "ǆ",
  "Ω",
  "\u2126",
  "が",
  "か\u3099",
  "क\u093c",
  "\u0958",
  "ſ",
  "≠",
  "=\u0338",
  ">\u0338",
  "豈",
];
