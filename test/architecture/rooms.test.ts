import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { arrowsAgainst, circles, readImports, readRooms, ROOT, roomOf } from "./imports.js";

const imports = readImports();
const rooms = readRooms();

describe("the rooms of docs/architecture.md", () => {
  it("are those of lib/: at most ten folders, and two files", () => {
    const entries = readdirSync(path.join(ROOT, "lib"), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `lib/${name}/`);
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => `lib/${name}`);
    expect(folders.length).toBeLessThanOrEqual(10);
    expect(files.sort()).toEqual(["lib/errors.ts", "lib/index.ts"]);
    const unnamed = [...folders, ...files].filter((entry) => !rooms.some((room) => room.startsWith(entry)));
    expect(unnamed).toEqual([]);
  });

  it("hold every file, and each room some", () => {
    expect([...imports.keys()].filter((file) => roomOf(file, rooms) === undefined)).toEqual([]);
    const empty = rooms.filter((room) => ![...imports.keys()].some((file) => roomOf(file, rooms) === room));
    expect(empty).toEqual([]);
  });

  it("import only what stands further down in the table", () => {
    expect(imports.size).toBeGreaterThan(400);
    expect(arrowsAgainst(rooms, imports)).toEqual([]);
  });

  it("would not keep an arrow upwards to themselves", () => {
    const file = "lib/formats/floats/float16.ts";
    const added = new Map([...imports, [file, [...(imports.get(file) ?? []), "lib/model/reward-model.ts"]]]);
    expect(arrowsAgainst(rooms, added)).toEqual([`${file} imports lib/model/reward-model.ts`]);
  });
});

describe("files of lib/", () => {
  it("import each other in no circle", () => {
    expect(circles(imports)).toEqual([]);
  });

  it("would not keep a circle to themselves", () => {
    const [file, targets] = [...imports].find(([, some]) => some.length > 0) ?? ["", []];
    const target = targets[0] ?? "";
    const added = new Map([...imports, [target, [...(imports.get(target) ?? []), file]]]);
    expect(circles(added).flat()).toEqual(expect.arrayContaining([file, target]));
  });
});
