import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  defaultCacheDir,
  defaultHubUrl,
  defaultToken,
  isOffline,
} from "../../../lib/data/hub/hub-settings.js";

describe("variables of the Hub's tools", () => {
  it("tokens lose the white space of the file they were pasted from, and empty ones count as none", async () => {
    const nowhere = { HF_HOME: join(tmpdir(), "no-such-hub-folder") };
    expect(await defaultToken({ ...nowhere, HF_TOKEN: " hf_a\n" })).toBe("hf_a");
    expect(await defaultToken({ ...nowhere, HF_TOKEN: "", HUGGING_FACE_HUB_TOKEN: "hf_b" })).toBe("hf_b");
    expect(await defaultToken({ ...nowhere, HF_TOKEN: " " })).toBeUndefined();
  });

  // Source: huggingface_hub 1.0, constants.py: os.path.expandvars(os.path.expanduser(...)).
  it.runIf(process.platform !== "win32").each<[Record<string, string>, string]>([
    [{ HF_HOME: "~/hf" }, "/u/me/hf/hub"],
    [{ HF_HOME: "$HOME/hf" }, "/u/me/hf/hub"],
    [{ HF_HOME: "${DISK}/hf", DISK: "/mnt/a" }, "/mnt/a/hf/hub"],
    [{ HF_HUB_CACHE: "~/hf/hub" }, "/u/me/hf/hub"],
    [{ HUGGINGFACE_HUB_CACHE: "~" }, "/u/me"],
    [{ XDG_CACHE_HOME: "~/x" }, "/u/me/x/huggingface/hub"],
    [{ HF_HOME: "", HF_HUB_CACHE: "" }, "/u/me/.cache/huggingface/hub"],
    [{ HF_HUB_CACHE: "/a/~/$NOT_SET/b~" }, "/a/~/$NOT_SET/b~"],
  ])("%j puts the cache at %s", (env, cache) => {
    expect(defaultCacheDir({ HOME: "/u/me", ...env })).toBe(cache);
  });

  it("addresses lose the slash at their end, and empty ones count as none", () => {
    expect(defaultHubUrl({ HF_ENDPOINT: "https://hub.example/" })).toBe("https://hub.example");
    expect(defaultHubUrl({ HF_ENDPOINT: "" })).toBeUndefined();
  });

  it.each(["1", "true", "YES", "on"])("%s forbids the network", (value) => {
    expect(isOffline({ HF_HUB_OFFLINE: value })).toBe(true);
    expect(isOffline({ TRANSFORMERS_OFFLINE: value })).toBe(true);
  });

  it.each(["", "0", "false", undefined])("%s does not", (value) => {
    expect(isOffline({ HF_HUB_OFFLINE: value })).toBe(false);
  });
});
