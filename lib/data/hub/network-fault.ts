import { codeOf, messageOf } from "../../util/caught.js";

/** What the codes of Node's sockets, of its name lookup and of undici mean to people. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: "its name is not known. Check the network (and HF_ENDPOINT where it is set)",
  EAI_AGAIN: "its name cannot be looked up. Check the network",
  ECONNREFUSED: "it refuses connections. Check HF_ENDPOINT, or try again later",
  ECONNRESET: "the connection broke off. Try again",
  ETIMEDOUT: "it does not answer. Check the network, a firewall or proxy",
  ENETUNREACH: "there is no way to it. Check the network",
  EHOSTUNREACH: "there is no way to it. Check the network",
  UND_ERR_CONNECT_TIMEOUT: "it does not answer. Check the network, a firewall or proxy",
  UND_ERR_SOCKET: "the connection broke off. Try again",
};
const CERTIFICATE =
  "its certificate is not trusted. Behind a proxy that opens connections set NODE_EXTRA_CA_CERTS to its certificate";

/**
 * Says which host could not be reached and why; undefined for what is no fault of the network. `fetch` itself only says that it failed.
 * @param host whom it was asked, where the fault does not say
 */
export function networkFault(error: unknown, host: string): string | undefined {
  for (const cause of causesOf(error)) {
    const code = codeOf(cause);
    if (code === undefined) continue;
    const reason =
      REASONS[code] ?? (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code) ? CERTIFICATE : undefined);
    if (reason !== undefined) return `${hostOf(cause) ?? host} cannot be reached (${code}): ${reason}`;
  }
  const isFetch = error instanceof TypeError && messageOf(error) === "fetch failed";
  return isFetch ? `${host} cannot be reached: ${messageOf(error.cause ?? error)}` : undefined;
}

/** An error and what lies under it, several addresses that were tried included. */
function* causesOf(error: unknown): Iterable<unknown> {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AggregateError) yield* cause.errors as unknown[];
    yield cause;
  }
}

function hostOf(cause: unknown): string | undefined {
  const { hostname, address, port } = cause as { hostname?: unknown; address?: unknown; port?: unknown };
  if (typeof hostname === "string") return hostname;
  return typeof address === "string" ? `${address}${typeof port === "number" ? `:${port}` : ""}` : undefined;
}
