import { SeededRandom } from "./corpus-random.js";
import { isNewlyAssigned } from "./unicode-versions.js";
import {
  CODE_PIECES,
  CONTRACTIONS,
  DIGITS,
  EMOJI_SEQUENCES,
  EQUIVALENT,
  SCRIPTS,
  SPACES,
  SPECIAL_SPELLINGS,
} from "./corpus-alphabets.js";

/** What a corpus is made from. */
export interface CorpusOptions {
  /** Strings wanted. */
  size: number;
  seed: number;
  /** Texts of the tokenizer's special tokens, to be spelled among the text. */
  specialTokens?: readonly string[];
  /** Texts of the tokenizer's own tokens: strung together they reach merges that no ready-made text would. */
  vocabulary?: readonly string[];
}

const ALL_CODE_POINTS = [[1, 0x10ffff]] as const;
const LONGEST_RUN = 40;
const LONGEST_WORD = 300;

/**
 * Strings that are hard to tokenize: many scripts, equivalent spellings, white space of all kinds, digits, contractions,
 * code, special-token spellings, emoji sequences, controls, private use and the edges of the code space. Deterministic, all
 * well-formed, none with NUL (which ends a C string), none with characters that are new to Unicode.
 */
export function makeCorpus({ size, seed, specialTokens = [], vocabulary = [] }: CorpusOptions): string[] {
  const random = new SeededRandom(seed);
  const kinds = stringKinds(random, [...SPECIAL_SPELLINGS, ...specialTokens], vocabulary);
  return Array.from({ length: size }, (_, index) => {
    const kind = kinds[index % kinds.length];
    return kind === undefined ? "" : kind().replaceAll("\0", "");
  });
}

/** One maker for each kind of string; they take turns, so that every kind is there in every corpus. */
function stringKinds(
  random: SeededRandom,
  spellings: readonly string[],
  vocabulary: readonly string[],
): readonly (() => string)[] {
  const scripts = Object.values(SCRIPTS);
  const character = (script = random.pick(scripts)): string => {
    const [first, last] = random.pick(script);
    const code = random.between(first, last);
    return isSurrogate(code) || isNewlyAssigned(code) ? "\ufffd" : String.fromCodePoint(code);
  };
  const word = (script = random.pick(scripts)): string =>
    random.text(random.between(1, 12), () => character(script));
  const space = (): string => (random.below(3) === 0 ? random.pick(SPACES) : " ");
  const run = (make: () => string): string => make().repeat(random.between(1, LONGEST_RUN));
  const digits = (): string => {
    const alphabet = Array.from(random.pick(DIGITS));
    return random.text(random.between(1, 12), () => random.pick(alphabet));
  };
  const ascii = (): string => String.fromCharCode(random.between(0x20, 0x7e));
  const fragments: readonly (() => string)[] = [
    word,
    () => random.text(random.between(1, 8), ascii),
    () => random.pick(CONTRACTIONS),
    () => random.pick(CODE_PIECES),
    () => random.pick(EQUIVALENT),
    () => random.pick(EMOJI_SEQUENCES),
    () => random.pick(spellings),
    digits,
    space,
    space,
  ];
  const sentence = (): string => {
    const script = random.pick(scripts);
    return random.text(random.between(2, 12), () => word(script) + space());
  };
  const kinds: (() => string)[] = [
    sentence,
    sentence,
    () => random.text(random.between(1, 30), () => character()),
    () => random.text(random.between(1, 20), () => character(ALL_CODE_POINTS) + space()),
    () => random.text(random.between(2, 10), () => random.pick(fragments)()),
    () => random.text(random.between(1, 8), () => run(() => random.pick(SPACES)) + word(SCRIPTS["latin"])),
    () =>
      random.text(random.between(1, 6), () => run(() => random.pick([" ", "\n", "\t", " \n"])) + digits()),
    () =>
      random.text(random.between(1, 6), () => word(SCRIPTS["latin"]) + random.pick(CONTRACTIONS) + space()),
    () => random.text(random.between(1, 8), () => digits() + random.pick(["", " ", ",", ".", "-", "e"])),
    () => random.text(random.between(1, 5), () => random.pick(CODE_PIECES)),
    () => random.text(random.between(1, 6), () => random.pick(spellings) + word() + space()),
    () => random.text(random.between(1, 8), () => random.pick(EMOJI_SEQUENCES) + character(SCRIPTS["marks"])),
    () => random.text(random.between(1, 10), () => random.pick(EQUIVALENT) + character(SCRIPTS["marks"])),
    () => random.text(random.between(40, LONGEST_WORD), () => character(SCRIPTS["latin"])),
    () => random.text(random.between(1, 4), () => run(ascii)),
    () => random.text(random.between(1, 60), ascii),
  ];
  if (vocabulary.length > 0) {
    const token = (): string => random.pick(vocabulary);
    kinds.push(
      () => random.text(random.between(2, 20), token),
      () => random.text(random.between(2, 8), () => token() + space()),
      () => random.text(random.between(2, 8), () => token() + random.pick(fragments)()),
    );
  }
  return kinds;
}

/** Halves of UTF-16 pairs, which are no characters. */
function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
