/** What means itself in every shell; `=` does not at the beginning of a word of zsh. */
const PLAIN = /^[\w@%+:,./-]+$/;

/** A text as one word of a POSIX shell, whatever is in it. */
export const quoteShell = (text: string): string =>
  PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
