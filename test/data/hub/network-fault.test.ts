import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { downloadSnapshot } from "../../../lib/data/hub/index.js";
import { networkFault } from "../../../lib/data/hub/network-fault.js";
import { temporaryFolder } from "../../support/fixtures.js";

const failed = (cause: Error): TypeError => new TypeError("fetch failed", { cause });

it("names the host and the cause of a name that nobody knows", () => {
  const cause = Object.assign(new Error("getaddrinfo ENOTFOUND huggingface.co"), {
    code: "ENOTFOUND",
    hostname: "huggingface.co",
  });
  expect(networkFault(failed(cause), "other")).toBe(
    "huggingface.co cannot be reached (ENOTFOUND): its name is not known. Check the network (and HF_ENDPOINT where it is set)",
  );
});

it("says of a certificate what a proxy needs", () => {
  const cause = Object.assign(new Error("self-signed"), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
  expect(networkFault(failed(cause), "huggingface.co")).toMatch(
    /^huggingface\.co cannot .* NODE_EXTRA_CA_CERTS/,
  );
});

it("says nothing of other faults", () => {
  expect(networkFault(new Error("no space"), "x")).toBeUndefined();
});

it("is what a download says of a Hub that refuses connections", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  await expect(
    downloadSnapshot(
      { type: "model", name: "owner/name" },
      {
        wanted: () => true,
        hubUrl: `http://127.0.0.1:${port}`,
        cacheDir: await temporaryFolder(),
        retry: { attempts: 1, firstDelayMs: 1, longestDelayMs: 1 },
      },
    ),
  ).rejects.toMatchObject({
    code: "DOWNLOAD_FAILED",
    message: expect.stringMatching(
      `^Downloading owner/name failed: 127\\.0\\.0\\.1:${port} cannot be reached \\(ECONNREFUSED\\)`,
    ) as string,
  });
});
