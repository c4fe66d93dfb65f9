// The OpenAPI 3.1 document: the routes' own descriptions, plus what all of them share: keys, refusals with every code, examples.

import type { OpenAPIHono } from "@hono/zod-openapi";
import { ERROR_CODES } from "../../schema/contract/codes.ts";
import messages from "../../schema/examples/messages.json" with { type: "json" };
import requests from "../../schema/examples/requests.json" with { type: "json" };
import type { App } from "../context.ts";
import { problemReply } from "./app.ts";

const VERSION = "1";
const PROBLEM = "#/components/schemas/Problem";

const ABOUT = `Orthogonal adapters for text-to-image models: find them, publish them, add several into one model and draw them in one picture.

A key comes from the account page and goes along as \`Authorization: Bearer opx_...\`; without one, whatever is public can be read.
Unknown fields and query parameters are refused with a pointer to them. Lists are keyset pages: \`limit\`, and the \`next_cursor\` of the
page before. A \`POST\` that creates takes an \`Idempotency-Key\`. The guide is at [/docs](/docs/), every code at [/docs/errors](/docs/errors/).`;

type Document = ReturnType<OpenAPIHono<App>["getOpenAPI31Document"]>;

/** The document of an app with all its routes mounted. */
export function describe(app: OpenAPIHono<App>, origin: string): Document {
  app.openAPIRegistry.registerComponent("securitySchemes", "key", {
    type: "http",
    scheme: "bearer",
    description: "An API key, opx_ and 40 characters.",
  });
  app.openAPIRegistry.register("Problem", problemReply.content["application/problem+json"].schema);
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Orthoplex", version: VERSION, description: ABOUT },
    servers: [{ url: origin }],
    security: [{ key: [] }, {}],
  });
  addRefusals(document);
  addExamples(document);
  return document;
}

/** Every operation may be refused, with the common error body where a route names no other. */
function addRefusals(document: Document): void {
  const refusal = {
    description: problemReply.description,
    content: { "application/problem+json": { schema: { $ref: PROBLEM } } },
  };
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of [path.get, path.put, path.post, path.patch, path.delete]) {
      if (operation) operation.responses = { default: refusal, ...operation.responses };
    }
  }
  const code = schemaNamed(document, "Problem")?.properties?.code;
  if (!code) throw new Error("The document has no Problem.code");
  const descriptions = Object.entries(ERROR_CODES).map(([name, { status, title }]) => [
    name,
    `${status}: ${title}`,
  ]);
  code["x-enumDescriptions"] = Object.fromEntries(descriptions);
}

type Described = {
  properties?: Record<string, Described>;
  examples?: unknown[];
  "x-enumDescriptions"?: unknown;
};

const schemaNamed = (document: Document, name: string) =>
  document.components?.schemas?.[name] as Described | undefined;

/** The golden messages that both languages' tests read, and one example request per creating operation. */
function addExamples(document: Document): void {
  for (const { schema, message } of messages) {
    const described = schemaNamed(document, schema);
    if (described) described.examples = [...(described.examples ?? []), message];
  }
  for (const [name, request] of Object.entries(requests)) {
    const described = schemaNamed(document, name);
    if (described) described.examples = [request];
  }
}
