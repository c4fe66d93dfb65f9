// The server's one address: what is made of a request never leads elsewhere, whatever host the request names.

import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { app } from "../../../functions/app.ts";
import type { Env } from "../../../functions/env.ts";
import { parseOrigin, publicOrigin } from "../../../functions/lib/public-origin.ts";
import { Refusal } from "../../../functions/lib/refusal.ts";
import { collectEmails, emailTo } from "../auth/emails-sent.ts";
import { adapterInput, ORIGIN, type Person, person } from "../cast.ts";

let ada: Person;
const fetched: string[] = [];
const assets = {
  fetch: async (request: Request | URL) => {
    const url = new URL(request instanceof URL ? request : request.url);
    fetched.push(url.href);
    const headers = { "content-type": "text/html", "cache-control": "public, max-age=31536000, immutable" };
    const isThere = url.pathname === "/" || url.pathname === "/assets/there.js";
    return new Response("<!doctype html>", { status: isThere ? 200 : 404, headers });
  },
};
beforeAll(async () => {
  collectEmails();
  ada = await person("Ada");
});

async function at(url: string, init: RequestInit = {}, settings: Partial<Env> = {}) {
  const bindings = { ...env, ASSETS: assets, ...settings } as unknown as Env;
  return await app.fetch(
    new Request(url, { redirect: "manual", ...init }),
    bindings,
    createExecutionContext(),
  );
}
const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

describe("a foreign host", () => {
  const EVIL = "http://evil.example";

  it.each([
    ["POST", "/auth/request-password-reset"],
    ["POST", "/auth/sign-up/email"],
    ["GET", "/v1/bases"],
    ["GET", "/v1/openapi.json"],
    ["GET", "/api/v1/models"],
    ["POST", "/openai/v1/images/generations"],
    ["POST", "/replicate/v1/predictions"],
    ["POST", "/runner/v1/register"],
    ["POST", "/mcp"],
    ["GET", "/metrics"],
    ["GET", "/auth/passkey/generate-authenticate-options"],
    ["POST", "/"],
  ])("is refused: %s %s", async (method, path) => {
    const init = method === "POST" ? post({ email: "ada@example.com" }) : { method };
    expect((await at(`${EVIL}${path}`, init)).status).toBe(421);
  });

  it.each(["/", "/browse/?q=a", "/a/ada/x", "/m/ada/x", "/assets/there.js"])(
    "redirects a page to the public address: %s",
    async (path) => {
      const reply = await at(`${EVIL}${path}`);
      expect([reply.status, reply.headers.get("location")]).toEqual([308, `${ORIGIN}${path}`]);
    },
  );

  it("appears in no email: a reset requested under it is not sent", async () => {
    const body = { email: "ada@example.com" };
    const forged = {
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      forwarded: "host=evil.example",
    };
    await at(`${ORIGIN}/auth/request-password-reset`, post(body, forged));
    const { text } = await emailTo("ada@example.com", "Choose a new password");
    expect(text).toContain(`${ORIGIN}/account/reset/?token=`);
    expect(text).not.toContain("evil");
  });

  it("with another port is foreign as well", async () => {
    expect((await at("http://edge.test:8080/v1/bases")).status).toBe(421);
  });
});

describe("the address that is set", () => {
  it("is used in every generated address, also for requests by http or in capitals", async () => {
    const settings = { PUBLIC_ORIGIN: "https://edge.test" };
    const headers = { authorization: `Bearer ${ada.key}` };
    const reply = await at("http://EDGE.test/v1/adapters", post(adapterInput("here"), headers), settings);
    expect(reply.status).toBe(201);
    const document = await (await at("http://edge.test/v1/openapi.json", {}, settings)).text();
    expect(document).toContain("https://edge.test");
    expect(document).not.toContain("http://edge.test");
  });

  it("is an origin and nothing else", () => {
    expect(parseOrigin("https://orthoplex.example")).toBe("https://orthoplex.example");
    for (const wrong of [
      "",
      "orthoplex.example",
      "https://orthoplex.example/",
      "https://a.b/c",
      "ftp://a.b",
      "https://A.b",
    ]) {
      expect([wrong, parseOrigin(wrong)]).toEqual([wrong, null]);
    }
  });

  it("that is invalid stops the server with a visible error", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    expect((await at(`${ORIGIN}/v1/bases`, {}, { PUBLIC_ORIGIN: "orthoplex.example" })).status).toBe(500);
    expect(JSON.stringify(log.mock.calls)).toContain("PUBLIC_ORIGIN");
    log.mockRestore();
  });

  it("is required in production: without it only this machine is served", () => {
    const served = (url: string) => publicOrigin(undefined, new URL(url));
    for (const url of ["http://127.0.0.1:8787/", "http://localhost:8787/", "http://[::1]:8787/"]) {
      expect(served(url)).toBe(new URL(url).origin);
    }
    for (const url of [
      "https://orthoplex.example/",
      "http://127.evil.example/",
      "http://192.168.1.2/",
      "http://localhost.evil.example/",
    ]) {
      expect(served(url)).toBeInstanceOf(Refusal);
    }
  });
});

describe("a file of the site", () => {
  it("has HSTS, as the API has", async () => {
    const page = await at(`${ORIGIN}/`);
    const api = await at(`${ORIGIN}/v1/bases`);
    expect(page.status).toBe(200);
    expect(page.headers.get("strict-transport-security")).toBe(api.headers.get("strict-transport-security"));
    expect(page.headers.get("strict-transport-security")).toContain("max-age=");
  });

  it("is immutable if its name has a content hash, and not cached if it is missing", async () => {
    expect((await at(`${ORIGIN}/assets/there.js`)).headers.get("cache-control")).toContain("immutable");
    const gone = await at(`${ORIGIN}/assets/gone.js`);
    expect([gone.status, gone.headers.get("cache-control")]).toEqual([404, "no-store"]);
  });
});
