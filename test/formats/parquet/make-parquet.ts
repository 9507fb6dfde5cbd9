/**
 * Small Parquet files, made by hand so that anything in them can be wrong: one row group, one page of plain texts per column.
 * Source: parquet.thrift and Encodings.md of apache/parquet-format 2.12.
 */

/** A field of a structure, as its type in Thrift's compact protocol and its bytes. */
export interface Field {
  type: number;
  bytes: Uint8Array;
}
export type Fields = Record<number, Field>;

/** A column, its values, and what is to be written in place of its definition levels. */
export interface TextColumn {
  name: string;
  values: readonly string[];
  levels?: Uint8Array;
}

/** What to change on the way. */
export interface Changes {
  /** Of a page, by the name of its column. */
  page?: (header: Fields, name: string) => Fields;
  /** Of the table of contents. */
  footer?: (fields: Fields) => Fields;
  /** Of a column in the table of contents. */
  chunk?: (fields: Fields, name: string) => Fields;
}

export const i32 = (value: number): Field => ({ type: 5, bytes: varint(value * 2) });
export const i64 = (value: number): Field => ({ type: 6, bytes: varint(value * 2) });
export const text = (value: string): Field => {
  const bytes = Buffer.from(value);
  return { type: 8, bytes: Buffer.concat([varint(bytes.length), bytes]) };
};
export const list = (type: number, items: readonly Field[]): Field => ({
  type: 9,
  bytes: Buffer.concat([
    Uint8Array.of(0xf0 | type),
    varint(items.length),
    ...items.map(({ bytes }) => bytes),
  ]),
});
export const struct = (fields: Fields): Field => {
  const parts: Uint8Array[] = [];
  for (const [id, { type, bytes }] of Object.entries(fields)) {
    parts.push(Uint8Array.of(type), varint(Number(id) * 2), bytes);
  }
  return { type: 12, bytes: Buffer.concat([...parts, Uint8Array.of(0)]) };
};

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Nobody's value is null: one run of ones. */
function noNulls(count: number): Uint8Array {
  return Buffer.concat([varint(count * 2), Uint8Array.of(1)]);
}

export function makeParquet(columns: readonly TextColumn[], changes: Changes = {}): Uint8Array {
  const same = (fields: Fields): Fields => fields;
  const { page = same, footer = same, chunk = same } = changes;
  const rows = columns[0]?.values.length ?? 0;
  const parts: Uint8Array[] = [Buffer.from("PAR1")];
  let at = 4;
  const chunks = columns.map(({ name, values, levels = noNulls(values.length) }) => {
    const plain = values.map((value) =>
      Buffer.concat([uint32(Buffer.byteLength(value)), Buffer.from(value)]),
    );
    const data = Buffer.concat([uint32(levels.length), levels, ...plain]);
    const own = struct({ 1: i32(values.length), 2: i32(0), 3: i32(3), 4: i32(3) });
    const header = struct(page({ 1: i32(0), 2: i32(data.length), 3: i32(data.length), 5: own }, name)).bytes;
    const start = at;
    parts.push(header, data);
    at += header.length + data.length;
    const meta = {
      1: i32(6),
      2: list(5, [i32(0)]),
      3: list(8, [text(name)]),
      4: i32(0),
      5: i64(values.length),
      6: i64(at - start),
      7: i64(at - start),
      9: i64(start),
    };
    return struct({ 2: i64(start), 3: struct(chunk(meta, name)) });
  });
  const schema = [
    struct({ 4: text("schema"), 5: i32(columns.length) }),
    ...columns.map(({ name }) => struct({ 1: i32(6), 3: i32(1), 4: text(name), 6: i32(0) })),
  ];
  const groups = [struct({ 1: list(12, chunks), 2: i64(at - 4), 3: i64(rows) })];
  const table = struct(footer({ 1: i32(1), 2: list(12, schema), 3: i64(rows), 4: list(12, groups) })).bytes;
  return Buffer.concat([...parts, table, uint32(table.length), Buffer.from("PAR1")]);
}
