import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { headDefinition } from "../../../lib/score/head/registry.js";
import { findProfile, listProfiles } from "../../../lib/model/profile/find-profile.js";
import { ChatTemplate } from "../../../lib/score/template/chat-template.js";
import { readJson } from "../../score/head/fixture.js";
import { CHECKPOINTS } from "../../support/fixtures.js";

describe("the package's profiles", () => {
  it("cover every model of the reference list", async () => {
    const expected = [
      "Ray2333/GRM-llama3.2-3B-sftreg",
      "Ray2333/GRM-llama3-8B-sftreg",
      "Ray2333/GRM-Gemma-2B-sftreg",
      "Ray2333/GRM-Gemma2-2B-sftreg",
      "Ray2333/GRM-Llama3.2-3B-rewardmodel-ft",
      "Ray2333/GRM-gemma2-2B-rewardmodel-ft",
      "Ray2333/GRM-Gemma-2B-rewardmodel-ft",
      "Ray2333/Gemma-2B-rewardmodel-baseline",
      "LxzGordon/URM-LLaMa-3.1-8B",
      "Skywork/Skywork-Reward-Llama-3.1-8B",
      "sfairXC/FsfairX-LLaMA3-RM-v0.1",
      "RLHFlow/ArmoRM-Llama3-8B-v0.1",
      "nicolinho/QRM-Llama3.1-8B",
      "nicolinho/QRM-Llama3-8B",
      "infly/INF-ORM-Llama3.1-70B",
      "openbmb/UltraRM-13b",
      "berkeley-nest/Starling-RM-7B-alpha",
      "Nexusflow/Starling-RM-34B",
      "RLHFlow/pair-preference-model-LLaMA3-8B",
      "nvidia/Llama3-70B-SteerLM-RM",
      "PKU-Alignment/beaver-7b-v1.0-reward",
      "PKU-Alignment/beaver-7b-v1.0-cost",
      "openbmb/Eurus-RM-7b",
      "ShikaiChen/LDL-Reward-Gemma-2-27B-v0.1",
      "allenai/Llama-3.1-8B-Instruct-RM-RB2",
      "allenai/Llama-3.1-70B-Instruct-RM-RB2",
      "allenai/Llama-3.1-Tulu-3-8B-RM",
      "NCSOFT/Llama-3-OffsetBias-RM-8B",
      "Nexusflow/Athene-RM-8B",
      "Qwen/WorldPM-72B",
    ];
    for (const hubId of expected) {
      expect((await findProfile({ hubId }))?.hubIds, hubId).toContain(hubId);
    }
  });

  it("name a known head each, no Hub id twice, and a source for every published number", async () => {
    const profiles = await listProfiles();
    const ids = profiles.flatMap((profile) => profile.hubIds.map((id) => id.toLowerCase()));
    expect(new Set(ids).size).toBe(ids.length);
    for (const profile of profiles) {
      expect(headDefinition(profile.head.kind ?? "").kind, profile.name).toBe(profile.head.kind);
      if (profile.publishedRewardBench !== undefined)
        expect(profile.sources, profile.name).toHaveProperty("publishedRewardBench");
      if (profile.publishedScores.length > 0)
        expect(profile.sources, profile.name).toHaveProperty("publishedScores");
    }
  });

  it("are found by Hub id in any case, and only by it", async () => {
    expect((await findProfile({ hubId: "ray2333/grm-LLAMA3.2-3b-SFTREG" }))?.name).toBe(
      "grm-llama3.2-3b-sftreg",
    );
    expect(await findProfile({ hubId: "someone/GRM-llama3.2-3B-sftreg" })).toBeUndefined();
    expect(await findProfile({})).toBeUndefined();
  });

  it("hold the scores of the URM card", async () => {
    const profile = await findProfile({ hubId: "LxzGordon/URM-LLaMa-3.1-8B" });
    expect(profile?.publishedScores.map(({ reward }) => reward)).toEqual([2.3285, 12.438]);
  });
});

describe("what a profile says equals the reference where a fixture has it", () => {
  it("pair preference: the pieces of the prompt", async () => {
    const packaged = await findProfile({ hubId: "RLHFlow/pair-preference-model-LLaMA3-8B" });
    const fixture = await findProfile({ checkpointDir: join(CHECKPOINTS, "pairpref-tiny") });
    expect(packaged?.head).toEqual(fixture?.head);
    expect(packaged?.prompt.bos).toBe(fixture?.prompt.bos);
  });

  it.each([
    ["openbmb/UltraRM-13b", "ultrarm-tiny"],
    ["berkeley-nest/Starling-RM-7B-alpha", "starling-tiny"],
    ["Nexusflow/Starling-RM-34B", "starling-34b-tiny"],
  ])("%s: the template renders as in %s", async (hubId, checkpoint) => {
    const source = (await findProfile({ hubId }))?.prompt.template ?? "";
    const { bos_token, eos_token } = readJson(checkpoint, "tokenizer_config.json") as Record<string, string>;
    const template = ChatTemplate.parse(
      source,
      { bos_token: bos_token ?? "", eos_token: eos_token ?? "" },
      null,
    );
    const { cases } = readJson(checkpoint, "expected.json") as {
      cases: { messages: { role: string; content: string }[]; rendered?: string; expected_error?: string }[];
    };
    for (const { messages, rendered } of cases) {
      if (rendered === undefined) expect(() => template.render(messages)).toThrow();
      else expect(template.render(messages)).toBe(rendered);
    }
  });

  it("attribute names and objectives of the fixture with fixed weights", async () => {
    const profile = await findProfile({ checkpointDir: join(CHECKPOINTS, "steerlm-tiny") });
    expect(profile).toMatchObject({
      name: "profile",
      head: { kind: "steerlm", weights: [0.3, 0.74, 0.46, 0.47, -0.33] },
    });
  });
});

describe("a profile in the checkpoint folder", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "llama-reward-profile-"));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  function write(content: unknown): Promise<void> {
    return writeFile(
      join(directory, "profile.json"),
      typeof content === "string" ? content : JSON.stringify(content),
    );
  }

  it("goes before the package's", async () => {
    await write({ head: "linear-score", rewardLabel: "quality", addSpecialTokens: false, bos: "once" });
    const profile = await findProfile({ hubId: "openbmb/UltraRM-13b", checkpointDir: directory });
    expect(profile?.head).toEqual({ kind: "linear-score", rewardLabel: "quality" });
    expect(profile?.prompt).toEqual({ addSpecialTokens: false, bos: "once" });
  });

  it("may have the form of the package's", async () => {
    await write({ head: { kind: "value-head" }, prompt: { date: "1 Jan 2025" }, warnings: ["Careful."] });
    expect(await findProfile({ checkpointDir: directory })).toMatchObject({
      head: { kind: "value-head" },
      prompt: { date: "1 Jan 2025" },
      warnings: ["Careful."],
    });
  });

  it.each([
    ["not JSON", "{"],
    ["an unknown field", { head: "linear-score", rewardlabel: "quality" }],
    ["a wrong type", { head: "steerlm", weights: "0.3" }],
    ["no object", "[]"],
  ])("is refused when it is %s", async (_, content) => {
    await write(content);
    await expect(findProfile({ checkpointDir: directory })).rejects.toMatchObject({
      code: "CHECKPOINT_INVALID",
    });
  });

  it("need not be there", async () => {
    expect(await findProfile({ checkpointDir: directory })).toBeUndefined();
    expect((await findProfile({ hubId: "openbmb/UltraRM-13b", checkpointDir: directory }))?.name).toBe(
      "ultrarm-13b",
    );
  });
});
