import { z } from "zod";
import { packageVersion } from "../../../util/package-version.js";
import type { Endpoint, EndpointDescription } from "../request/route.js";
import type { StatusRoute } from "./status-route.js";

/** Statuses that are not 200, and when. */
const REFUSALS: Readonly<Record<string, string>> = {
  "400": "The body is not JSON, or not UTF-8.",
  "401": "The server's token is missing.",
  "403": "Another host or origin than this server's.",
  "404": "There is no model of that name.",
  "408": "The body did not come to its end.",
  "413": "The body, or one item, is too large, or there are too many.",
  "415": "The body is not announced as JSON, or packed otherwise than by gzip.",
  "422": "Not what this format is, or something that would change the score and cannot be honoured.",
  "429": "The queue is full; Retry-After says when to try again.",
  "500": "The server failed.",
  "501": "The model takes no rendered prompts.",
  "502": "The upstream server cannot be reached, or its answer is no chat completion.",
  "503": "The server is ending, or the request took longer than the server allows.",
  "504":
    "The request took longer than it allows itself, by the header Prefer: wait=SECONDS, or the upstream server than it may.",
};

const errorSchema = z.object({
  error: z.object({ message: z.string(), type: z.literal("error"), code: z.string() }),
});

/** The interface as an OpenAPI 3.1 document, made of the schemas that requests are checked with. */
export function openApiDocument(
  statusRoutes: readonly StatusRoute[],
  endpoints: readonly (EndpointDescription | Endpoint)[],
): object {
  const paths: Record<string, object> = {};
  for (const route of statusRoutes) paths[route.path] = { get: statusOperation(route) };
  for (const endpoint of endpoints) {
    for (const path of endpoint.paths) paths[path] = { post: endpointOperation(path, endpoint) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "llama-reward", version: packageVersion(), description: "Rewards of conversations." },
    paths,
    components: {
      schemas: { Error: jsonSchema(errorSchema, "output") },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
    security: [{ token: [] }, {}],
  };
}

function statusOperation({ path, summary, isOpen, schema }: StatusRoute): object {
  const content =
    schema === undefined
      ? { "text/plain": { schema: { type: "string" } } }
      : { "application/json": { schema: jsonSchema(schema, "output") } };
  return {
    operationId: operationId("get", path),
    summary,
    ...(isOpen === true ? { security: [] } : {}),
    responses: { "200": { description: "How it is.", content } },
  };
}

function endpointOperation(path: string, endpoint: EndpointDescription | Endpoint): object {
  const { summary, body, answer, example } = endpoint;
  const hasLines = "lines" in endpoint;
  const linesContent = { "application/x-ndjson": { schema: { type: "string" } } };
  const withLines = (json: object): object => ({
    "application/json": json,
    ...(hasLines ? linesContent : {}),
  });
  const refusals = Object.entries(REFUSALS).map(([status, description]) => [
    status,
    { description, content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } } },
  ]);
  return {
    operationId: operationId("post", path),
    summary,
    parameters: [
      {
        name: "model",
        in: "query",
        description: "Which model answers, where there are several and the body does not say.",
        schema: { type: "string" },
      },
    ],
    requestBody: { required: true, content: withLines({ schema: jsonSchema(body, "input"), example }) },
    responses: {
      "200": { description: "The rewards.", content: withLines({ schema: jsonSchema(answer, "output") }) },
      ...(Object.fromEntries(refusals) as object),
    },
  };
}

function operationId(method: string, path: string): string {
  return `${method}${path.replace(/[/._](\w)/g, (_match, letter: string) => letter.toUpperCase())}`;
}

/** OpenAPI 3.1 takes JSON Schema of 2020-12, which is what this is. */
function jsonSchema(schema: z.ZodType, io: "input" | "output"): object {
  const made = z.toJSONSchema(schema, { target: "draft-2020-12", io });
  return Object.fromEntries(Object.entries(made).filter(([name]) => name !== "$schema"));
}
