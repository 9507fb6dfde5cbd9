import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { closeServers, post, serve } from "./running-server.js";

closeServers();

const BODY = { query: "q", texts: ["a"] };

describe("pages", () => {
  it("of other origins get nothing, those of its own address and of allowed origins do", async () => {
    const server = await serve(undefined, { origins: ["https://app.example"] });
    const ask = (origin: string): Promise<{ status: number }> => post(server, "/rerank", BODY, { origin });
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1", "https://app.example.evil"]) {
      expect(await ask(origin)).toMatchObject({ status: 403 });
    }
    expect(await ask(server.url)).toMatchObject({ status: 200 });
    expect(await ask("https://app.example")).toMatchObject({ status: 200 });
  });

  it("may ask before they ask, without the token", async () => {
    const server = await serve(undefined, { origins: ["https://app.example"], token: "secret" });
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${server.url}/rerank`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
    const allowed = await preflight("https://app.example");
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(allowed.headers.get("access-control-allow-headers")).toContain("authorization");
    const refused = await preflight("https://evil.example");
    expect(refused.status).toBe(403);
    expect(refused.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("request ids", () => {
  it("are the client's where they are plain, and new ones otherwise", async () => {
    const server = await serve();
    const idOf = async (id?: string): Promise<string> => {
      const headers = id === undefined ? {} : { "x-request-id": id };
      return (await fetch(`${server.url}/health`, { headers })).headers.get("x-request-id") ?? "";
    };
    expect(await idOf("run-7/step.3")).toBe("run-7/step.3");
    expect(await idOf("a b<script>")).toMatch(/^[\da-f-]{36}$/);
    expect(await idOf("x".repeat(200))).toMatch(/^[\da-f-]{36}$/);
    expect(await idOf()).not.toBe(await idOf());
    const refused = await fetch(`${server.url}/nothing`, { headers: { "x-request-id": "mine" } });
    expect(refused.headers.get("x-request-id")).toBe("mine");
  });
});

describe("the access log", () => {
  it("has a line for every answer, in JSON or for people, and no text", async () => {
    const lines: string[] = [];
    for (const log of ["json", "text"] as const) {
      const server = await serve(undefined, { log, token: "secret", onLog: (line) => lines.push(line) });
      const headers = { authorization: "Bearer secret", "x-request-id": "mine" };
      await post(server, "/rerank?model=x", { query: "q", texts: ["one", "two"] }, headers);
      await post(server, "/rerank", BODY);
    }
    await expect.poll(() => lines.length).toBe(4);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      id: "mine",
      method: "POST",
      path: "/rerank",
      status: 200,
      model: "fake",
      items: 2,
      tokens: 10,
      bytes: 35,
      ms: expect.any(Number) as number,
    });
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ status: 401, items: 0 });
    expect(lines[2]).toMatch(
      / POST \/rerank 200 [\d.]+ms 35B model=fake items=2 tokens=10 waited=\S+ id=mine$/,
    );
    expect(lines[3]).toMatch(/ POST \/rerank 401 /);
    expect(lines.join("\n")).not.toMatch(/secret|one/);
  });
});

describe.skipIf(process.platform === "win32")("a Unix socket", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "llama-reward-socket-"));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const get = (socketPath: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      httpRequest({ socketPath, path: "/health" }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });

  it("is listened on, by its owner only, and gone at the end", async () => {
    const socketPath = path.join(folder, "a.sock");
    const server = await serve(undefined, { socketPath });
    expect(server.url).toBe(`unix:${socketPath}`);
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    expect(await get(socketPath)).toBe(200);
    await expect(serve(undefined, { socketPath })).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(await get(socketPath)).toBe(200);
    await server.close();
    expect(existsSync(socketPath)).toBe(false);
  });

  it("takes the place of one that a killed server left, but of no other file", async () => {
    const socketPath = path.join(folder, "b.sock");
    const script = `require("net").createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", script]);
    expect(existsSync(socketPath)).toBe(true);
    await serve(undefined, { socketPath });
    expect(await get(socketPath)).toBe(200);
    const file = path.join(folder, "c.sock");
    writeFileSync(file, "precious");
    await expect(serve(undefined, { socketPath: file })).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(statSync(file).size).toBe(8);
  });
});
