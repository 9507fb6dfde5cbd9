import { decodeHybrid } from "./hybrid.js";
import { ENCODING, type PageHeader } from "./page-header.js";
import { demand } from "./unreadable.js";

/** What the levels of a page say. */
export interface PageLevels {
  /** Values that are not null. */
  presentCount: number;
  /** Rows that begin in the page. */
  rowCount: number;
  /** Bytes of the levels, where they stand before the values. */
  size: number;
}

/**
 * Checks the levels of a page: as many as it has values, each within its bounds.
 * @param bytes the levels (pages of the second version), or the whole page, which begins with them
 * @param isFirst whether the page begins the column chunk, and therefore a row
 * @throws ParquetProblem
 */
export function readLevels(
  bytes: Uint8Array,
  { valueCount, levelEncodings, second }: PageHeader,
  { maxDefinition, maxRepetition }: { maxDefinition: number; maxRepetition: number },
  isFirst: boolean,
): PageLevels {
  let size = 0;
  const read = (max: number, encoding: number, stated: number | undefined): Uint8Array | undefined => {
    let length = stated ?? 0;
    if (max > 0 && stated === undefined) {
      // Written by none since 2013, and told from the others only by this number.
      demand(encoding === ENCODING.rle, "its levels are written in a way that is no longer in use");
      demand(size + 4 <= bytes.length, "a page ends before its levels do");
      length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(size, true);
      size += 4;
    }
    const part = bytes.subarray(size, size + length);
    demand(part.length === length, "a page ends before its levels do");
    size += length;
    if (max === 0) return undefined;
    const levels = new Uint8Array(valueCount);
    decodeHybrid(part, 32 - Math.clz32(max), levels);
    demand(
      levels.every((level) => level <= max),
      "a level is higher than its column has any",
    );
    return levels;
  };
  const repetition = read(maxRepetition, levelEncodings.repetition, second?.repetitionSize);
  const definition = read(maxDefinition, levelEncodings.definition, second?.definitionSize);
  demand(!isFirst || repetition?.[0] === undefined || repetition[0] === 0, "its first row has no beginning");
  return {
    presentCount: definition === undefined ? valueCount : count(definition, maxDefinition),
    rowCount: repetition === undefined ? valueCount : count(repetition, 0),
    size,
  };
}

function count(levels: Uint8Array, wanted: number): number {
  let found = 0;
  for (const level of levels) if (level === wanted) found++;
  return found;
}
