import { valueError } from "./errors.js";
import { Tuple } from "./sequences.js";
import { PYTHON_WHITESPACE } from "./text.js";

/** `text.split(separator, limit)`; null splits at runs of white space. @param limit most splits */
export function split(text: string, separator: string | null, limit: number): string[] {
  if (separator === null) return splitWords(text, limit);
  if (separator === "") throw valueError("empty separator");
  const parts = text.split(separator);
  if (parts.length - 1 <= limit) return parts;
  return parts.slice(0, limit).concat(parts.slice(limit).join(separator));
}

/** `text.rsplit(separator, limit)`: the splits are counted from the end. */
export function splitFromEnd(text: string, separator: string | null, limit: number): string[] {
  if (separator === null) return splitWordsFromEnd(text, limit);
  if (separator === "") throw valueError("empty separator");
  const parts: string[] = [];
  let end = text.length;
  while (parts.length < limit) {
    const found = end < separator.length ? -1 : text.lastIndexOf(separator, end - separator.length);
    if (found < 0) break;
    parts.push(text.slice(found + separator.length, end));
    end = found;
  }
  parts.push(text.slice(0, end));
  return parts.reverse();
}

function splitWords(text: string, limit: number): string[] {
  const words: string[] = [];
  let index = skip(text, 0, true, 1);
  while (index < text.length) {
    if (words.length >= limit) {
      words.push(text.slice(index));
      break;
    }
    const end = skip(text, index, false, 1);
    words.push(text.slice(index, end));
    index = skip(text, end, true, 1);
  }
  return words;
}

function splitWordsFromEnd(text: string, limit: number): string[] {
  const words: string[] = [];
  let end = skip(text, text.length, true, -1);
  while (end > 0) {
    if (words.length >= limit) {
      words.push(text.slice(0, end));
      break;
    }
    const start = skip(text, end, false, -1);
    words.push(text.slice(start, end));
    end = skip(text, start, true, -1);
  }
  return words.reverse();
}

/** Goes on over white space, or over what is none. White space is one UTF-16 unit each. */
function skip(text: string, from: number, isSpace: boolean, step: 1 | -1): number {
  let index = from;
  const next = (): string | undefined => text[step > 0 ? index : index - 1];
  for (let unit = next(); unit !== undefined && PYTHON_WHITESPACE.has(unit) === isSpace; unit = next())
    index += step;
  return index;
}

/** `text.partition(separator)`, or `rpartition`. */
export function partition(text: string, separator: string, fromEnd: boolean): Tuple {
  if (separator === "") throw valueError("empty separator");
  const found = fromEnd ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (found < 0) return new Tuple(fromEnd ? ["", "", text] : [text, "", ""]);
  return new Tuple([text.slice(0, found), separator, text.slice(found + separator.length)]);
}
