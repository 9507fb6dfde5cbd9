import { readFile, writeFile } from "node:fs/promises";

/** A tensor of a safetensors file in memory. */
export interface EditableTensor {
  dtype: string;
  shape: number[];
  /** May be changed in place. */
  data: Buffer;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Changes tensors of a safetensors file in place: their bytes, not their sizes. */
export async function editSafetensors(
  file: string,
  edit: (tensors: Record<string, EditableTensor>) => void,
): Promise<void> {
  const bytes = await readFile(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, start)) as Record<string, HeaderEntry>;
  const tensors = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => [name, { dtype, shape, data: bytes.subarray(start + begin, start + end) }],
    );
  edit(Object.fromEntries(tensors) as Record<string, EditableTensor>);
  await writeFile(file, bytes);
}
