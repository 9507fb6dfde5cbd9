import { once } from "node:events";
import { chmod, lstat, unlink } from "node:fs/promises";
import type { Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { codeOf, messageOf } from "../../util/caught.js";
import type { ServerSettings } from "./request/server-settings.js";

/** Only the user who started the server may connect. */
const OWN_SOCKET_MODE = 0o600;

/**
 * Has a server listen at a host and port, or on a socket.
 * @returns its address: `http://…`, or `unix:PATH`
 * @throws the system's error, with its code, and what to do about it
 */
export async function listen(
  server: Server,
  { host, port, socketPath }: Pick<ServerSettings, "host" | "port" | "socketPath">,
): Promise<string> {
  if (socketPath !== undefined) return listenOnSocket(server, socketPath);
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (cause) {
    throw cannotListen(
      `${host}, port ${port}`,
      cause,
      "choose another --port, or end it",
      "--port or --host",
    );
  }
  const { address, family, port: ownPort } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${ownPort}`;
}

async function listenOnSocket(server: Server, path: string): Promise<string> {
  const isFile = process.platform !== "win32";
  try {
    // What a server that was killed left behind would be in the way for ever.
    if (isFile && (await isLeftBehind(path))) await unlink(path);
    server.listen(path);
    await once(server, "listening");
    if (isFile) await chmod(path, OWN_SOCKET_MODE);
  } catch (cause) {
    throw cannotListen(path, cause, "choose another path, or end it", "path");
  }
  return `unix:${path}`;
}

/** Whether there is a socket that nobody listens on. */
async function isLeftBehind(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return false;
  } catch (error) {
    // A file that is no socket answers ENOTSOCK, or refuses, too: those are told apart when listening fails.
    return codeOf(error) === "ECONNREFUSED" && (await isSocket(path));
  } finally {
    socket.destroy();
  }
}

async function isSocket(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isSocket() === true;
}

function cannotListen(place: string, cause: unknown, takenAdvice: string, other: string): Error {
  const code = codeOf(cause);
  const advice =
    code === "EADDRINUSE" ? `Another program listens there: ${takenAdvice}.` : `Choose another ${other}.`;
  return Object.assign(new Error(`Cannot listen on ${place} (${messageOf(cause)}). ${advice}`, { cause }), {
    code,
  });
}
