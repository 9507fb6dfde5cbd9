const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The text of UTF-8 bytes, exactly: a leading U+FEFF is a character like any other, and what is no UTF-8 is an error. The decoder's
 * defaults drop the one and repair the other, and other text than the author's would be scored.
 * @throws TypeError the bytes are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/**
 * The text of a JSON document without the byte order mark that editors on Windows put in front of it. It belongs to the file, not
 * to any text in it.
 */
export function withoutByteOrderMark(json: string): string {
  return json.startsWith("\ufeff") ? json.slice(1) : json;
}
