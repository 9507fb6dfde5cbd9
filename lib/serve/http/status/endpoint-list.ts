import type { ModelDescription } from "../../../score/score.js";
import { CHAT_ENDPOINT } from "../chat/chat-endpoint.js";
import { ENDPOINTS } from "../endpoints.js";
import { STATUS_ROUTES } from "./status-routes.js";

/** One address of a server, and how to try it. */
export interface EndpointExample {
  method: "GET" | "POST";
  path: string;
  summary: string;
  /** A command line that asks it, with a body that it takes. */
  curl: string;
}

/** How a server is reached. */
export interface Reach {
  /** `http://…`, or `unix:PATH`. */
  url: string;
  /** Whether a token is wanted: it is then taken from the environment, never printed. */
  hasToken: boolean;
  models: readonly ModelDescription[];
  /** Whether chat completions of another server are chosen from. */
  hasUpstream: boolean;
}

/** Everything a server answers, each with a command line. */
export function endpointList({ url, hasToken, models, hasUpstream }: Reach): EndpointExample[] {
  const isForSteps = models.some(({ task }) => task === "steps");
  const token = hasToken ? ` -H "authorization: Bearer $LLAMA_REWARD_TOKEN"` : "";
  const gets = STATUS_ROUTES.map(({ path, summary, isOpen }) => ({
    method: "GET" as const,
    path,
    summary,
    curl: `curl ${target(url, path)}${isOpen === true ? "" : token}`,
  }));
  const endpoints = hasUpstream ? [CHAT_ENDPOINT, ...ENDPOINTS] : ENDPOINTS;
  const posts = endpoints.flatMap(({ paths, summary, example }) =>
    paths.map((path) => ({
      method: "POST" as const,
      path,
      summary,
      curl: `curl ${target(url, path)}${token} -H "content-type: application/json" -d ${quoted(bodyOf(example, models))}`,
    })),
  );
  return [...posts.filter(({ path }) => isForSteps || path !== "/v1/score_steps"), ...gets];
}

/** The example, for the first model where there are several. */
function bodyOf(example: object, [first, ...others]: readonly ModelDescription[]): string {
  const model = first === undefined || others.length === 0 ? {} : { model: first.name };
  return JSON.stringify({ ...model, ...example });
}

function target(url: string, path: string): string {
  const socket = /^unix:(.*)$/.exec(url)?.[1];
  return socket === undefined ? `${url}${path}` : `--unix-socket ${quoted(socket)} http://localhost${path}`;
}

/** A word of a shell's, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
