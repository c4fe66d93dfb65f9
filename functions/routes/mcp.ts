// POST /mcp: the marketplace as tools for assistants (Model Context Protocol, streamable HTTP, one request at a time, without sessions).

import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { ExecutionContext } from "hono";
import type { Env } from "../env.ts";
import { problemResponse } from "../lib/problem.ts";
import { Refusal } from "../lib/refusal.ts";
import type { Ask, Reach } from "../mcp/api.ts";
import { addTools } from "../mcp/tools.ts";
import { outputUrl } from "../storage/output-urls.ts";
import { router } from "./app.ts";

const INSTRUCTIONS =
  "Orthoplex draws pictures with adapters, each of which trains the model on one person. Search for adapters, then generate with several of them in one picture. Credit the owners whose licence asks for it.";

/** Headers of a client's request that are passed on to the API: the key, the address to throttle, and the request id. Never a cookie. */
const PASSED_HEADERS = ["authorization", "cf-connecting-ip", "x-request-id"];

/** One message. Batches, which the protocol removed in its version of 2025-06-18, would be many requests that count as one. */
function messageOf(body: string): { value: unknown } | { fault: Response } {
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) ? { fault: rpcFault(-32600, "Send one message at a time.") } : { value };
  } catch {
    return { fault: rpcFault(-32700, "The body is not JSON.") };
  }
}

const rpcFault = (code: number, message: string) =>
  Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status: 400 });

type Api = (request: Request, env: Env, context: ExecutionContext) => Response | Promise<Response>;

/** `api` is the whole app: the tools call its routes. */
export const mcp = (api: Api) =>
  router()
    .post("/mcp", async (c) => {
      const message = messageOf(await c.req.text());
      if ("fault" in message) return message.fault;
      const headers = new Headers();
      for (const name of PASSED_HEADERS) {
        const value = c.req.header(name);
        if (value !== undefined) headers.set(name, value);
      }
      const ask: Ask = async (method, path, body, prefer) => {
        const sent = new Headers(headers);
        if (prefer) sent.set("prefer", prefer);
        if (body !== undefined) sent.set("content-type", "application/json");
        const init = { method, headers: sent, ...(body !== undefined && { body: JSON.stringify(body) }) };
        return api(new Request(new URL(path, c.var.origin), init), c.env, c.executionCtx);
      };
      const server = new McpServer({ name: "orthoplex", version: "1" }, { instructions: INSTRUCTIONS });
      const pictureUrl: Reach["pictureUrl"] = (id) =>
        outputUrl(c.env, c.var.origin, { id, contentType: "image/png" }, c.var.now);
      addTools(server, { ask, pictureUrl });
      const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
      await server.connect(transport);
      return transport.handleRequest(c.req.raw, { parsedBody: message.value });
    })
    .on(["GET", "DELETE"], "/mcp", (c) => {
      const refusal = new Refusal(
        "method_not_allowed",
        "There is no session to listen to or to end here: POST each message.",
      );
      const response = problemResponse(refusal, c.req.path);
      return new Response(response.body, { status: 405, headers: [...response.headers, ["allow", "POST"]] });
    });
