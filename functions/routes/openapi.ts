// The OpenAPI 3.1 document: what the routes describe themselves, plus what all of them share (keys, refusals).

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { App } from "../context.ts";
import { problemReply } from "./app.ts";

const VERSION = "1";
const PROBLEM = "#/components/schemas/Problem";

/** The document of an app with all its routes mounted. */
export function describe(app: OpenAPIHono<App>, origin: string) {
  app.openAPIRegistry.registerComponent("securitySchemes", "key", { type: "http", scheme: "bearer" });
  app.openAPIRegistry.register("Problem", problemReply.content["application/problem+json"].schema);
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Orthoplex",
      version: VERSION,
      description: "Orthogonal adapters for text-to-image models.",
    },
    servers: [{ url: origin }],
    security: [{ key: [] }, {}],
  });
  const refusal = {
    description: problemReply.description,
    content: { "application/problem+json": { schema: { $ref: PROBLEM } } },
  };
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of [path.get, path.post, path.patch, path.delete]) {
      if (operation) operation.responses = { ...operation.responses, default: refusal };
    }
  }
  return document;
}
