import { expect, it } from "vitest";
import { gather, type StridedValues } from "../../../lib/formats/pickle/gather.js";

/** What each value is, by its place: reading one by one, as slow as it is plain. */
function oneByOne(file: Uint8Array, values: StridedValues, start: number, count: number): Uint8Array {
  const { offset, valueBytes, shape, strides } = values;
  const target = new Uint8Array(count * valueBytes);
  for (let index = 0; index < count; index++) {
    let rest = start + index;
    let place = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      place += (rest % size) * (strides[axis] ?? 0);
      rest = Math.floor(rest / size);
    }
    const at = offset + place * valueBytes;
    target.set(file.subarray(at, at + valueBytes), index * valueBytes);
  }
  return target;
}

const file = Uint8Array.from({ length: 24 << 20 }, (_, index) => (index * 2654435761) >>> 24);
const cases: [what: string, values: StridedValues][] = [
  [
    "a transposed matrix larger than the window",
    { offset: 10, valueBytes: 2, shape: [3000, 4000], strides: [1, 3000] },
  ],
  ["one column of a wide matrix", { offset: 7, valueBytes: 4, shape: [60], strides: [100_000] }],
  ["rows far apart", { offset: 0, valueBytes: 2, shape: [80, 40], strides: [140_000, 1] }],
  [
    "every third value of rows far apart",
    { offset: 3, valueBytes: 1, shape: [80, 40], strides: [290_000, 3] },
  ],
  ["values of 8 bytes, permuted", { offset: 5, valueBytes: 8, shape: [5, 6, 7], strides: [1, 35, 5] }],
  ["the same values again and again", { offset: 4, valueBytes: 4, shape: [50, 9], strides: [3, 0] }],
];

it.each(cases)("%s", async (_, values) => {
  const total = values.shape.reduce((product, size) => product * size, 1);
  let largest = 0;
  const read = (at: number, target: Uint8Array): Promise<void> => {
    expect(at + target.length).toBeLessThanOrEqual(file.length);
    largest = Math.max(largest, target.length);
    target.set(file.subarray(at, at + target.length));
    return Promise.resolve();
  };
  for (const [start, end] of [
    [0, Math.min(total, 300_000)],
    [Math.floor(total / 3) + 1, Math.min(total, Math.floor(total / 3) + 50_000)],
    [total - 1, total],
  ] as const) {
    const target = new Uint8Array((end - start) * values.valueBytes);
    await gather(values, start, target, read);
    expect(Buffer.compare(target, oneByOne(file, values, start, end - start))).toBe(0);
  }
  expect(largest).toBeLessThanOrEqual(8 << 20);
});

it("targets that are not aligned get the same values", async () => {
  const values: StridedValues = { offset: 2, valueBytes: 4, shape: [20, 30], strides: [1, 20] };
  const buffer = new Uint8Array(600 * 4 + 1);
  await gather(values, 0, buffer.subarray(1), (at, target) => {
    target.set(file.subarray(at, at + target.length));
    return Promise.resolve();
  });
  expect(Buffer.compare(buffer.subarray(1), oneByOne(file, values, 0, 600))).toBe(0);
});
