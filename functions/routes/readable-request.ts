// What every reader of a request takes alike: text is UTF-8, numbers of JSON fit a double, forms have all their parts. Anything else would be
// kept otherwise than it was sent: as U+FFFD, as null, as another number.

import type { Context, HonoRequest } from "hono";
import { createMiddleware } from "hono/factory";
import { bufferToFormData } from "hono/utils/buffer";
import type { App } from "../context.ts";
import { boundaryOf, hasBrokenPart, hasBrokenText, textOf } from "../lib/form-text.ts";
import { changedNumber } from "../lib/json-numbers.ts";
import { JSON_INVALID } from "../lib/problem.ts";
import { deny, granted, refuse } from "../lib/refusal.ts";
import { callerWith } from "../rights/rights.ts";

const isJson = (type: string) => /^application\/(?:[\w.+-]+\+)?json\b/i.test(type);
const BOUNDARY_MAX_CHARACTERS = 70;
const NOT_UTF8 = "The body is not UTF-8.";
const NOT_UTF8_FORM = "A name or a text of the form is not UTF-8.";

/** The body stays readable: Hono keeps what was read of it. */
export const readableBody = createMiddleware<App>(async (c, next) => {
  const type = c.req.header("content-type") ?? "";
  if (isJson(type)) checkJson(c.req.path, await bytesOf(c));
  else if (/^application\/x-www-form-urlencoded\b/i.test(type)) checkPairs(await bytesOf(c));
  await next();
});

/** For routes that take a form with files. Others refuse its type without reading it. */
export const readableForm = createMiddleware<App>(async (c, next) => {
  const type = c.req.header("content-type") ?? "";
  if (!/^multipart\/form-data\b/i.test(type)) {
    deny(refuse("content_type_unsupported", "Send the body as multipart/form-data."));
  }
  // Nobody without a key makes the Worker read 32 MiB.
  granted(callerWith(c.var.caller, "publish"));
  if (boundaryOf(type).length > BOUNDARY_MAX_CHARACTERS) {
    deny(
      refuse(
        "form_invalid",
        `A boundary has at most ${BOUNDARY_MAX_CHARACTERS} characters (RFC 2046, 5.1.1).`,
      ),
    );
  }
  const bytes = await c.req.arrayBuffer();
  if (hasBrokenPart(new Uint8Array(bytes), type)) deny(refuse("request_invalid", NOT_UTF8_FORM));
  try {
    c.req.bodyCache.formData = await bufferToFormData(bytes, type);
  } catch {
    const advice = "Look for a missing boundary in the content type, and for a last line that was cut off.";
    deny(refuse("form_invalid", `The body is not a form as multipart/form-data has them. ${advice}`));
  }
  await next();
});

/** A query whose percent-encoded bytes are no UTF-8. */
export const readableQuery = createMiddleware<App>(async (c, next) => {
  const pairs = new URL(c.req.url).search.slice(1).split("&");
  const broken = pairs.find((pair) => pair.includes("%") && hasBrokenText(pair));
  if (broken !== undefined) {
    const [name] = new URLSearchParams(broken).keys();
    deny(refuse("request_invalid", "The query is not UTF-8.", `?${name}`));
  }
  await next();
});

const bytesOf = async (c: Context<App>) => new Uint8Array(await c.req.arrayBuffer());

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

function checkJson(path: string, bytes: Uint8Array): void {
  const text = textOf(bytes) ?? deny(refuse("request_invalid", NOT_UTF8));
  const number = changedNumber(text);
  if (number !== null) {
    deny(refuse("request_invalid", `The body has the number ${number}, which would be kept as another one.`));
  }
  // An empty body is the route's to judge, and MCP has an answer of its own to what is not JSON.
  if (text === "" || path === "/mcp") return;
  try {
    JSON.parse(text);
  } catch {
    deny(JSON_INVALID);
  }
}

function checkPairs(bytes: Uint8Array): void {
  const text = textOf(bytes);
  if (text === null || hasBrokenText(text)) deny(refuse("request_invalid", NOT_UTF8_FORM));
}
