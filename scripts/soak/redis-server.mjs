// A Redis of its own for a test: Debian's redis-server on a free port, with its data in a folder, so that it can be killed and started again.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** Why there is no Redis here; undefined where there is one. */
export function whyNoRedis() {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "redis-server is not installed (apt-get install redis-server)";
  }
}

export class RedisServer {
  #child;

  constructor(port, folder) {
    this.port = port;
    this.folder = folder;
    this.url = `redis://127.0.0.1:${port}`;
  }

  static async start(folder) {
    const server = new RedisServer(await freePort(), folder);
    await server.start();
    return server;
  }

  get pid() {
    return this.#child.pid;
  }

  async start() {
    const settings = { port: this.port, bind: "127.0.0.1", dir: this.folder, save: "", appendonly: "yes" };
    const args = Object.entries({ ...settings, "maxmemory-policy": "noeviction" });
    this.#child = spawn(
      "redis-server",
      args.flatMap(([name, value]) => [`--${name}`, String(value)]),
      {
        stdio: "ignore",
      },
    );
    for (let attempt = 0; ; attempt++) {
      if ((await this.command("PING")) === "+PONG") return;
      if (attempt === 100) throw new Error("redis-server does not answer.");
      await delay(100);
    }
  }

  /** One command without spaces in its words, and the first line of its answer; undefined when there is none. */
  async command(...words) {
    const answer = await this.text(...words);
    return answer?.split("\r\n")[0];
  }

  async text(...words) {
    const { connect } = await import("node:net");
    const socket = connect(this.port, "127.0.0.1");
    try {
      await once(socket, "connect");
      socket.write(`${words.join(" ")}\r\n`);
      const [data] = await once(socket, "data");
      return String(data);
    } catch {
      return undefined;
    } finally {
      socket.destroy();
    }
  }

  async kill() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }
}

export async function freePort() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
