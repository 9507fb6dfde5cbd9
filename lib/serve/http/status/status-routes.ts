import { z } from "zod";
import { packageVersion } from "../../../util/package-version.js";
import { sendJson, sendBody } from "../request/send-answer.js";
import { CHAT_ENDPOINT } from "../chat/chat-endpoint.js";
import { ENDPOINTS } from "../endpoints.js";
import { openApiDocument } from "./openapi.js";
import { infoSchema, serverInfo } from "./info.js";
import type { StatusRoute } from "./status-route.js";

const statusSchema = z.object({ status: z.string() });

/** Everything that is asked by GET. */
export const STATUS_ROUTES: readonly StatusRoute[] = [
  {
    path: "/health",
    summary: "whether the server answers at all",
    isOpen: true,
    schema: statusSchema,
    answer: (context) => sendJson(context, 200, { status: "ok" }),
  },
  {
    path: "/health/live",
    summary: "liveness probe: 200 as long as the process answers",
    isOpen: true,
    schema: statusSchema,
    answer: (context) => sendJson(context, 200, { status: "live" }),
  },
  {
    path: "/health/ready",
    summary: "readiness probe: 200 with the models loaded, 503 once the server is ending",
    isOpen: true,
    schema: statusSchema,
    answer: (context, { exchanges }) =>
      exchanges.isEnding
        ? sendJson(context, 503, { status: "ending" })
        : sendJson(context, 200, { status: "ready" }),
  },
  {
    path: "/v1/models",
    summary: "the models behind this server, as OpenAI lists them; the upstream server's where there is one",
    schema: z.looseObject({
      object: z.literal("list"),
      data: z.array(z.looseObject({ id: z.string(), object: z.literal("model") })),
    }),
    answer: (context, { models, chat }) =>
      chat?.models(context) ??
      sendJson(context, 200, {
        object: "list",
        data: models.names.map((id) => ({ id, object: "model", owned_by: "llama-reward" })),
      }),
  },
  {
    path: "/info",
    summary:
      "the models, how they were loaded, and the limits of a request; as Text Embeddings Inference tells it",
    schema: infoSchema,
    answer: (context, parts) => sendJson(context, 200, serverInfo(parts, context.req.query("model"))),
  },
  {
    path: "/version",
    summary: "the version of llama-reward",
    schema: z.object({ version: z.string() }),
    answer: (context) => sendJson(context, 200, { version: packageVersion() }),
  },
  {
    path: "/metrics",
    summary: "requests, queue, tokens and times, for Prometheus",
    schema: undefined,
    answer: async (context, { metrics }) =>
      sendBody(context, 200, await metrics.text(), { "content-type": metrics.contentType }),
  },
  {
    path: "/openapi.json",
    summary: "this interface as an OpenAPI document",
    schema: z.looseObject({ openapi: z.string() }),
    answer: (context, { chat }) =>
      sendJson(
        context,
        200,
        openApiDocument(STATUS_ROUTES, chat === undefined ? ENDPOINTS : [CHAT_ENDPOINT, ...ENDPOINTS]),
      ),
  },
];
