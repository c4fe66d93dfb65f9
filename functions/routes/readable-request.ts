// What every reader of a request takes alike: text is UTF-8, numbers of JSON fit a double, no object has a field twice, forms have all their
// parts. Anything else would be kept otherwise than it was sent: as U+FFFD, as null, as another number.

import type { Context, HonoRequest } from "hono";
import { createMiddleware } from "hono/factory";
import { bufferToFormData } from "hono/utils/buffer";
import type { App } from "../context.ts";
import { boundaryOf, hasBrokenPart, hasBrokenText } from "../lib/form-text.ts";
import { doubtIn, wordsOfDoubt } from "../lib/json-text.ts";
import { JSON_INVALID } from "../lib/problem.ts";
import { deny, granted, refuse } from "../lib/refusal.ts";
import { utf8Text } from "../lib/utf8.ts";
import { callerWith } from "../rights/rights.ts";

const isJson = (type: string) => /^application\/(?:[\w.+-]+\+)?json\b/i.test(type);
const MULTIPART = "multipart/form-data";
const BOUNDARY_MAX_CHARACTERS = 70;
const NOT_UTF8 = "The body is not UTF-8.";
const NOT_UTF8_FORM = "A name or a text of the form is not UTF-8.";

/** The body stays readable: Hono keeps what was read of it. */
export const readableBody = createMiddleware<App>(async (c, next) => {
  const type = c.req.header("content-type") ?? "";
  if (isJson(type)) {
    setContentType(c, type.split(";")[0]?.trim() ?? "");
    checkJson(c.req.path, await bytesOf(c));
  } else if (/^application\/x-www-form-urlencoded\b/i.test(type)) checkPairs(await bytesOf(c));
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
  setContentType(c, MULTIPART);
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

/**
 * The type without parameters, once they are read here: the routes' own readers know `boundary` first and `charset` alone, and clients send
 * others too (`; charset=utf-8; boundary=line`, a last semicolon). Before the body is read.
 */
function setContentType(c: Context<App>, type: string): void {
  if (c.req.header("content-type") === type) return;
  const headers = new Headers(c.req.raw.headers);
  headers.set("content-type", type);
  c.req.raw = new Request(c.req.raw, { headers });
}

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
  const text = utf8Text(bytes) ?? deny(refuse("request_invalid", NOT_UTF8));
  const doubt = doubtIn(text);
  if (doubt) deny(refuse("request_invalid", `The body ${wordsOfDoubt(doubt)}.`));
  // An empty body is the route's to judge, and MCP has an answer of its own to what is not JSON.
  if (text === "" || path === "/mcp") return;
  try {
    JSON.parse(text);
  } catch {
    deny(JSON_INVALID);
  }
}

function checkPairs(bytes: Uint8Array): void {
  const text = utf8Text(bytes);
  if (text === null || hasBrokenText(text)) deny(refuse("request_invalid", NOT_UTF8_FORM));
}
