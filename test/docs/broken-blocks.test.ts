import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkBlock, python } from "./blocks/check-block.js";
import { compile } from "./blocks/check-script.js";
import { pages, readBlocks, readPage, type Block } from "./blocks/read-blocks.js";
import { Workplace } from "./blocks/workplace.js";

/** The one block of a page with this text. */
function only(text: string): Block {
  const [block, ...rest] = readBlocks("page.md", text);
  if (block === undefined || rest.length > 0) throw new Error("one block was expected");
  return block;
}

function fenced(language: string, code: string, marker = ""): Block {
  return only(`${marker === "" ? "" : `<!-- ${marker} -->\n\n`}\`\`\`${language}\n${code}\n\`\`\`\n`);
}

// What checks the blocks of the pages must find what is broken in them.
describe.skipIf(process.platform === "win32")("a broken block fails:", () => {
  let place: Workplace;
  beforeAll(async () => {
    const template = await Workplace.makeTemplate();
    place = await Workplace.create(template);
    await rm(template, { recursive: true });
  });
  afterAll(() => place.remove());

  it.each([
    ["a command of another name", "sh", "llama-rewards devices", ""],
    ["an option that is not there", "sh", "llama-reward rank models/grm-3b --prompt a --respond b", ""],
    ["a model that is not there", "sh", "llama-reward inspect models/absent", ""],
    ["a first command that fails", "sh", "llama-reward inspect models/absent\ntrue", ""],
    ["an option of a server", "sh", "llama-reward serve models/grm-3b --prot 80", ""],
    ["an answer with an error", "sh", "curl http://127.0.0.1:8080/v1/absent", ""],
    [
      "an option in what is not run",
      "sh",
      "llama-reward pull owner/name --two DIR",
      "not run: needs the network",
    ],
    ["a script in what is not run", "sh", "npm run absent", "not run: in a clone"],
    ["a file in what is not run", "sh", "node bench/absent.mjs", "not run: in a clone"],
    ["a reason that is none", "sh", "true", "not run: too hard"],
    ["a name that is not exported", "js", 'import { Absent } from "llama-reward";', ""],
    [
      "a method that is not there",
      "js",
      'import { RewardModel } from "llama-reward";\nawait RewardModel.open("a");',
      "",
    ],
    ["an error in a program", "ts", 'throw new Error("broken" as string);', ""],
    ["JSON", "json", '{"a": 1,}', ""],
    ["a record", "jsonl", '{"prompt": "2 + 2?", "answer": "4"}', ""],
    ["YAML", "yaml", "a: [1", ""],
    ["output that is another", "text", "$ llama-reward --version\nversion one", "output"],
    ["text that is nothing", "text", "anything", ""],
    ["a language that nothing checks", "ruby", "puts 1", ""],
  ])("%s", async (_, language, code, marker) => {
    await expect(checkBlock(fenced(language, code, marker), place)).rejects.toThrow();
  });

  it.skipIf(python === undefined)("Python", async () => {
    await expect(checkBlock(fenced("python", "def f(:\n  pass"), place)).rejects.toThrow(/SyntaxError/);
  });

  it("while a sound one does not", async () => {
    await checkBlock(fenced("sh", "llama-reward rank models/grm-3b --prompt a --response b"), place);
    await checkBlock(fenced("text", "$ llama-reward --version\n9.9.9", "output"), place);
  });

  it("an option renamed in a page that runs it", async () => {
    const block = pages()
      .flatMap(readPage)
      .find(
        ({ language, code, marker }) => language === "sh" && marker === "" && code.includes("--response"),
      );
    if (block === undefined) throw new Error("no page ranks responses");
    await checkBlock(block, place);
    const broken = { ...block, code: block.code.replace("--response", "--answer") };
    await expect(checkBlock(broken, place)).rejects.toThrow(/INVALID_ARGUMENT/);
  });
});

it("types that do not fit fail the compilation, by page and line", async () => {
  const problems = await compile([fenced("ts", 'export const a: number = "text";')]);
  expect(problems).toEqual([expect.stringMatching(/^page\.md:1: Type 'string'/)]);
});
