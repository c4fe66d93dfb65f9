// A JSON body is UTF-8 (RFC 8259, 8.1). Other bytes would be read as U+FFFD, so that what is stored would differ from what was sent.

import type { HonoRequest } from "hono";
import { createMiddleware } from "hono/factory";
import type { App } from "../context.ts";
import { Refused, refuse } from "../lib/refusal.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

const isJson = (type: string | undefined) => /^application\/(?:[\w.+-]+\+)?json\b/i.test(type ?? "");

/** The body stays readable: Hono keeps what was read of it. */
export const utf8Body = createMiddleware<App>(async (c, next) => {
  if (isJson(c.req.header("content-type"))) assertUtf8(await c.req.arrayBuffer());
  await next();
});

/** The request for code that reads it without Hono. */
export async function rawOf(request: HonoRequest): Promise<Request> {
  const { raw } = request;
  if (!raw.bodyUsed) return raw;
  return new Request(raw.url, {
    method: raw.method,
    headers: raw.headers,
    body: await request.arrayBuffer(),
  });
}

function assertUtf8(bytes: ArrayBuffer): void {
  try {
    utf8.decode(bytes);
  } catch {
    throw new Refused(refuse("request_invalid", "The body is not UTF-8."));
  }
}
