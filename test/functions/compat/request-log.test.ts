// Headers of every response, whichever API: the request's id, the limits, retry advice, and what pages of other origins may read.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { WRITES_PER_WINDOW } from "../../../functions/routes/throttle.ts";
import { PASSWORD_GUESSES_PER_MINUTE_MAX } from "../../../schema/contract/limits.ts";
import wrangler from "../../../wrangler.toml?raw";
import { ask, type Person, person } from "../cast.ts";

let ada: Person;
beforeAll(async () => {
  ada = await person("Ada");
});

const PATHS = ["/v1/bases", "/openai/v1/models", "/replicate/v1/models", "/api/v1/models"];
const nowhere = ["/v1/nothing", "/openai/v1/nothing", "/replicate/v1/nothing", "/api/v1/nothing"];

describe("every answer", () => {
  it("has an id of its own, refusals too", async () => {
    const ids = new Set<string>();
    for (const path of [...PATHS, ...nowhere]) {
      const { headers } = await ask("GET", path);
      expect([path, headers.get("x-request-id")]).toEqual([
        path,
        expect.stringMatching(/^req_[0-9a-z]{20}$/),
      ]);
      ids.add(headers.get("x-request-id") ?? "");
    }
    expect(ids.size).toBe(PATHS.length + nowhere.length);
  });

  it("names the limit of writes, which is the one of wrangler.toml", async () => {
    for (const path of PATHS) {
      expect((await ask("GET", path)).headers.get("ratelimit-policy")).toBe(
        `"writes";q=${WRITES_PER_WINDOW};w=60`,
      );
    }
    const received = /name = "WRITE_LIMIT"[^[]*limit = (\d+), period = (\d+)/.exec(wrangler);
    expect(received?.slice(1)).toEqual([String(WRITES_PER_WINDOW), "60"]);
    const guesses = /name = "GUESS_LIMIT"[^[]*limit = (\d+), period = (\d+)/.exec(wrangler);
    expect(guesses?.slice(1)).toEqual([String(PASSWORD_GUESSES_PER_MINUTE_MAX), "60"]);
  });
});

describe("a page of another origin", () => {
  it("may send the headers that OpenAI's client sends, and read what it needs", async () => {
    const asked = "authorization,content-type,x-stainless-lang,x-stainless-retry-count";
    for (const path of [
      "/openai/v1/images/generations",
      "/replicate/v1/predictions",
      "/v1/images/generations",
    ]) {
      const preflight = await ask("OPTIONS", path, {
        headers: {
          origin: "https://elsewhere.test",
          "access-control-request-method": "POST",
          "access-control-request-headers": asked,
        },
      });
      expect(preflight.status).toBe(204);
      const allowed = preflight.headers.get("access-control-allow-headers") ?? "";
      expect(allowed.split(",").map((name) => name.trim())).toEqual(asked.split(","));
    }
    const { headers } = await ask("GET", "/openai/v1/models", {
      headers: { origin: "https://elsewhere.test" },
    });
    const exposed = headers.get("access-control-expose-headers")?.split(",") ?? [];
    expect(exposed).toEqual(
      expect.arrayContaining(["x-request-id", "retry-after", "ratelimit", "x-should-retry"]),
    );
    expect(headers.get("access-control-allow-credentials")).toBeNull();
  });
});

describe("too many writes of one address", () => {
  it("are refused with Retry-After, in the format of each API", async () => {
    const headers = { "cf-connecting-ip": "192.0.2.77" };
    // The limiter counts by the minute of the clock: filled anew until one answer says no.
    let refused = await ask<{ code: string }>("POST", "/v1/nothing", { headers });
    for (let i = 0; i < 3 * WRITES_PER_WINDOW && refused.status !== 429; i += 1) {
      refused = await ask("POST", "/v1/nothing", { headers });
    }
    expect([refused.status, refused.body.code]).toEqual([429, "rate_limited"]);
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      "retry-after": "60",
      ratelimit: '"writes";r=0;t=60',
      "x-should-retry": "true",
    });
    expect((await ask("PUT", "/v1/adapters/ada/ivy/like", { headers })).status).toBe(429);
    expect((await ask("PUT", "/v1/uploads/upl_0/content", { headers })).status).not.toBe(429);
    // A search with a body counts as one.
    for (const path of ["/v1/models", "/replicate/v1/models"]) {
      expect((await ask("QUERY", path, { headers, body: "ivy" })).status).toBe(429);
    }
    const civitai = await ask<{ error: string }>("POST", "/api/v1/model-versions/by-hash", {
      headers,
      body: ["0".repeat(64)],
    });
    expect([civitai.status, typeof civitai.body.error]).toEqual([429, "string"]);
  }, 60_000);
});

describe("a refusal that a retry cannot fix", () => {
  it("asks clients not to retry", async () => {
    const input = { owner: "ada", name: "twice", visibility: "private" };
    await ada.must("POST", "/replicate/v1/models", input);
    const again = await ada.ask("POST", "/replicate/v1/models", input);
    expect([again.status, again.body.code, again.headers.get("x-should-retry")]).toEqual([
      409,
      "name_taken",
      "false",
    ]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM adapters").first()).toEqual({ n: 1 });
  });
});
