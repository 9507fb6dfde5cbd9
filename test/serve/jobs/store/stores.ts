import { expect, it } from "vitest";
import { readObject, type ObjectStore } from "../../../../lib/serve/jobs/store/object-store.js";

/** What every store does. @param open a new, empty one */
export function behavesAsStore(open: () => Promise<ObjectStore>): void {
  const text = async (store: ObjectStore, key: string): Promise<string | undefined> =>
    (await readObject(store, key))?.toString("utf8");
  const keysOf = async (store: ObjectStore, prefix: string): Promise<string[]> => {
    const keys: string[] = [];
    for await (const key of store.list(prefix)) keys.push(key);
    return keys;
  };

  it("gives back what was put, and the first writer's", async () => {
    const store = await open();
    expect(await store.has("shards/000/a.jsonl")).toBe(false);
    expect(await text(store, "shards/000/a.jsonl")).toBeUndefined();
    expect(await store.put("shards/000/a.jsonl", Buffer.from("one\n"))).toBe(true);
    expect(await store.put("shards/000/a.jsonl", Buffer.from("two\n"))).toBe(false);
    expect(await store.has("shards/000/a.jsonl")).toBe(true);
    expect(await text(store, "shards/000/a.jsonl")).toBe("one\n");
  });

  it("lets one of many writers win", async () => {
    const store = await open();
    const contents = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(50_000));
    const isFirst = await Promise.all(contents.map((content) => store.put("a.jsonl", Buffer.from(content))));
    expect(isFirst.filter(Boolean)).toHaveLength(1);
    expect(await text(store, "a.jsonl")).toBe(contents[isFirst.indexOf(true)]);
  });

  it("lists what begins with a prefix, in order, and nothing else", async () => {
    const store = await open();
    expect(await keysOf(store, "shards/")).toEqual([]);
    const keys = ["shards/000001/b.jsonl", "shards/000000/z.jsonl", "plan.jsonl", "shards/000000/a.jsonl"];
    for (const key of keys) await store.put(key, Buffer.from(key));
    expect(await keysOf(store, "shards/")).toEqual([
      "shards/000000/a.jsonl",
      "shards/000000/z.jsonl",
      "shards/000001/b.jsonl",
    ]);
  });

  it("holds empty and large objects", async () => {
    const store = await open();
    const large = "x".repeat(3_000_000);
    await store.put("empty", Buffer.from(""));
    await store.put("large", Buffer.from(large));
    expect(await text(store, "empty")).toBe("");
    expect(await text(store, "large")).toBe(large);
  });
}
