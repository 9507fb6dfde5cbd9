import type { Context } from "hono";
import type { z } from "zod";
import type { HttpEnv } from "../request/exchange.js";
import type { ServerParts } from "../server-parts.js";

/** A GET that tells how the server is. */
export interface StatusRoute {
  path: string;
  summary: string;
  /** Whether it is answered without the token. */
  isOpen?: true;
  /** Undefined where the answer is no JSON. */
  schema: z.ZodType | undefined;
  answer: (context: Context<HttpEnv>, parts: ServerParts) => Response | Promise<Response>;
}
