import { demand } from "./unreadable.js";
import { writeStruct, type ThriftReader, type ThriftStruct } from "./thrift.js";

/** Encodings by their numbers. Source: parquet.thrift of apache/parquet-format 2.12, as all of this file. */
export const ENCODING = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  bitPacked: 4,
  deltaBinaryPacked: 5,
  deltaLengthByteArray: 6,
  deltaByteArray: 7,
  rleDictionary: 8,
  byteStreamSplit: 9,
} as const;

const PAGE = { data: 0, index: 1, dictionary: 2, data2: 3 } as const;
const LARGEST_I32 = 2 ** 31 - 1;

/**
 * Bytes of the largest page that is unpacked. Writers aim at 1 MiB; one huge value makes a page of its own.
 */
export const LARGEST_PAGE_BYTES = 512 << 20;

/** Header of a page. Sizes in bytes. */
export interface PageHeader {
  kind: keyof typeof PAGE;
  size: number;
  packedSize: number;
  /** CRC-32 of the packed page, where the writer states one. */
  crc: number | undefined;
  /** Nulls count. 0 for pages of an index. */
  valueCount: number;
  encoding: number;
  /** Of the levels, in pages of the first version. */
  levelEncodings: { definition: number; repetition: number };
  /** Pages of the second version state more. */
  second?: {
    nullCount: number;
    rowCount: number;
    definitionSize: number;
    repetitionSize: number;
    isPacked: boolean;
  };
}

/** @throws ParquetProblem */
export function readPageHeader(reader: ThriftReader): PageHeader {
  const fields = reader.struct();
  const type = count(fields, 1, "type");
  const kind = (Object.keys(PAGE) as (keyof typeof PAGE)[]).find((name) => PAGE[name] === type);
  demand(kind !== undefined, `a page has the unknown type ${type}`);
  const size = count(fields, 2, "size");
  demand(size <= LARGEST_PAGE_BYTES, `a page of ${size} bytes is larger than ${LARGEST_PAGE_BYTES}`);
  const crc = fields.get(4);
  const common = {
    kind,
    size,
    packedSize: count(fields, 3, "packed size"),
    crc: typeof crc === "number" ? crc >>> 0 : undefined,
  };
  const none = { definition: ENCODING.rle, repetition: ENCODING.rle };
  if (kind === "index") return { ...common, valueCount: 0, encoding: ENCODING.plain, levelEncodings: none };
  const own = fields.get({ data: 5, dictionary: 7, data2: 8 }[kind]);
  demand(own instanceof Map, "a page's header lacks its own part");
  const valueCount = count(own, 1, "number of values");
  if (kind !== "data2") {
    const levelEncodings =
      kind === "dictionary"
        ? none
        : {
            definition: count(own, 3, "encoding of levels"),
            repetition: count(own, 4, "encoding of levels"),
          };
    return { ...common, valueCount, encoding: count(own, 2, "encoding"), levelEncodings };
  }
  const isPacked = own.get(7);
  return {
    ...common,
    valueCount,
    encoding: count(own, 4, "encoding"),
    levelEncodings: none,
    second: {
      nullCount: count(own, 2, "number of nulls"),
      rowCount: count(own, 3, "number of rows"),
      definitionSize: count(own, 5, "size of levels"),
      repetitionSize: count(own, 6, "size of levels"),
      isPacked: isPacked !== false,
    },
  };
}

function count(fields: ThriftStruct, id: number, what: string): number {
  const value = fields.get(id);
  demand(
    typeof value === "number" && value >= 0 && value <= LARGEST_I32,
    `a page's header has no valid ${what}`,
  );
  return value;
}

/** The header of the same page once it is unpacked, with nothing in it that was not checked. */
export function writePageHeader(header: PageHeader, size: number): Uint8Array {
  const { kind, valueCount, encoding, second } = header;
  const common = { 1: PAGE[kind], 2: size, 3: size };
  if (kind === "dictionary")
    return writeStruct({ ...common, 7: writeStruct({ 1: valueCount, 2: encoding }) });
  if (second === undefined) {
    const own = { 1: valueCount, 2: encoding, 3: ENCODING.rle, 4: ENCODING.rle };
    return writeStruct({ ...common, 5: writeStruct(own) });
  }
  const { nullCount, rowCount, definitionSize, repetitionSize } = second;
  const own = {
    1: valueCount,
    2: nullCount,
    3: rowCount,
    4: encoding,
    5: definitionSize,
    6: repetitionSize,
    7: false,
  };
  return writeStruct({ ...common, 8: writeStruct(own) });
}
