import { describe, expect, it } from "vitest";
import { COMMAND_GROUPS } from "../../lib/cli/commands/index.js";
import { packageVersion } from "../../lib/util/package-version.js";
import { cli } from "./cli.js";

describe("usage", () => {
  it("prints help and version on stdout", async () => {
    const help = await cli(["--help"]);
    expect(help).toMatchObject({ status: 0, stderr: "" });
    expect(help.stdout).toContain("Usage: llama-reward");
    expect(await cli(["--version"])).toMatchObject({
      status: 0,
      stdout: `${packageVersion()}\n`,
      stderr: "",
    });
    const score = await cli(["score", "--help"]);
    expect(score.status).toBe(0);
    for (const option of [
      "--out",
      "--resume",
      "--emit",
      "--gpu-layers",
      "--kv-type",
      "--bos",
      "--special-tokens",
      "--truncate",
    ]) {
      expect(score.stdout).toContain(option);
    }
  });

  it("has a help text for every command", async () => {
    const { stdout } = await cli(["--help"]);
    for (const name of ["convert", "inspect", "score", "rank", "compare", "devices"]) {
      expect(stdout).toContain(`  ${name} `);
      const { stdout: help } = await cli([name, "--help"]);
      expect(await cli(["help", name])).toMatchObject({ status: 0, stdout: help });
      expect(help).toContain(`Usage: llama-reward ${name} `);
    }
    const titles = COMMAND_GROUPS.map(({ title }) => stdout.indexOf(`\n${title}\n`));
    expect(titles).toHaveLength(2);
    expect([...titles].sort((a, b) => a - b)).toEqual(titles);
    expect(titles[0]).toBeGreaterThan(0);
  });

  it.each([
    [[]],
    [["scor"]],
    [["score"]],
    [["score", "a", "b", "c"]],
    [["score", "a", "--nope"]],
    [["score", "a", "--threads", "0"]],
    [["score", "a", "--threads", "1.5"]],
    [["score", "a", "--gpu-layers", "most"]],
    [["score", "a", "--kv-type", "q8_0"]],
    [["score", "a", "--emit", "logits"]],
    [["rank", "a", "--prompt", "x"]],
    [["rank", "a", "--prompt", "x", "--response", "y", "--penalty", "-1"]],
    [["compare", "a", "--prompt", "x", "--a", "y"]],
    [["convert", "a"]],
    [["convert", "a", "b", "--type", "q2_k"]],
    [["devices", "x"]],
    [["serve", "a", "--port", "70000"]],
  ])("refuses %j in one line, with a hint", async (args) => {
    const { status, stdout, stderr } = await cli(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^llama-reward: INVALID_ARGUMENT: [^\n]+--help\.\n$/);
  });

  it("shows the stack only when asked", async () => {
    const quiet = await cli(["inspect", "/nowhere"]);
    expect(quiet.status).toBe(2);
    expect(quiet.stderr.trim().split("\n")).toHaveLength(1);
    const { stderr } = await cli(["inspect", "/nowhere", "--debug"]);
    expect(stderr).toContain("    at ");
    expect(stderr).toContain("caused by");
  });
});

describe("--device and --gpu-layers", () => {
  const score = (...options: string[]): ReturnType<typeof cli> =>
    cli(["score", "test/fixtures/models/tiny-grm", "--json", ...options], {
      stdin: '{"prompt":"2 + 2?","response":"4"}',
    });

  it("take the processor in every spelling", async () => {
    for (const options of [
      ["--device", "cpu"],
      ["--device", "CPU"],
      ["--gpu-layers", "0"],
    ]) {
      expect(await score(...options)).toMatchObject({
        status: 0,
        records: [{ tokens: expect.any(Number) as number }],
      });
    }
  });

  it("refuse a device that is not there, naming those that are", async () => {
    for (const device of ["tpu", "cuda:99", "CUDA99"]) {
      const { status, stderr } = await score("--device", device);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^llama-reward: INVALID_ARGUMENT: .*CPU \(CPU\)/);
    }
  });
});

describe("devices", () => {
  it("lists the processor", async () => {
    const { status, records } = await cli(["devices", "--json"]);
    expect(status).toBe(0);
    expect(records[0]).toMatchObject({ backends: expect.arrayContaining(["CPU"]) as unknown });
    expect(JSON.stringify(records[0]?.["devices"])).toContain('"kind":"cpu"');
    const { stdout } = await cli(["devices"]);
    expect(stdout).toContain("llama.cpp ");
  });
});
