import { expect, it } from "vitest";
import { DEMO_PROMPTS } from "../../lib/cli/actions/demo-prompts.js";
import { cli } from "./cli.js";

it("demo ranks every prompt with both example models, the best answer first, and shows URM's attributes", async () => {
  const { status, stdout } = await cli(["demo"]);
  expect(status).toBe(0);
  const [grm = "", urm = ""] = stdout.split("smol-urm");
  for (const text of [grm, urm]) {
    for (const { prompt, responses } of DEMO_PROMPTS) {
      const [, table = ""] = text.split(`${prompt}\n`);
      const [, first = ""] = table.split("\n");
      expect(first.trim(), prompt).toMatch(/^1 /);
      expect(first, prompt).toContain(responses[0].slice(0, 30));
    }
  }
  expect(grm).not.toContain("helpfulness");
  expect(urm).toMatch(/± std +helpfulness +correctness +coherence +complexity +verbosity/);
}, 60_000);
