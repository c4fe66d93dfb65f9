// Link previews: what a site that reads only the HTML learns of a mix or an adapter, and what it must not.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { app } from "../../../functions/app.ts";
import type { Env } from "../../../functions/env.ts";
import { ORIGIN, type Person, person, png, published } from "../cast.ts";
import { mixOf } from "../compose/mix-cast.ts";

// Assets are not built where the edge is tested; the shell is what Vite makes of a page, as far as it matters here.
const SHELL = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mix · Orthoplex</title>
<meta name="description" content="A mix."></head><body><main id="main"></main></body></html>`;

let ada: Person;
const asked: string[] = [];
const assets = {
  fetch: async (url: URL) => {
    asked.push(url.href);
    const headers = {
      "content-type": "text/html",
      etag: '"shell"',
      "content-security-policy": "default-src 'none'",
    };
    return new Response(SHELL, { headers });
  },
};

async function open(path: string) {
  const bindings = { ...(env as unknown as Env), ASSETS: assets } as unknown as Env;
  const response = await app.fetch(new Request(new URL(path, ORIGIN)), bindings);
  const html = await response.text();
  const tags: Record<string, string> = {};
  await new HTMLRewriter()
    .on("meta", {
      element: (meta) => {
        const key = meta.getAttribute("property") ?? meta.getAttribute("name");
        if (key) tags[key] = meta.getAttribute("content") ?? "";
      },
    })
    .on('link[rel="canonical"]', {
      element: (link) => {
        tags.canonical = link.getAttribute("href") ?? "";
      },
    })
    .on("title", {
      text: ({ text }) => {
        tags.title = (tags.title ?? "") + text;
      },
    })
    .transform(new Response(html))
    .text();
  return { status: response.status, headers: response.headers, html, tags };
}

beforeAll(async () => {
  ada = await person("Ada");
  const preview = await ada.upload("preview", await png(96, 48), "image/png");
  const eve = await published(ada, "eve", { description: 'Eve <b>laughs</b> & "waves"' });
  await published(ada, "cat");
  await mixOf(ada, "party", ["ada/eve", "ada/cat"], { title: "Party & <script>" });
  // A preview as its owner adds one later.
  await env.DB.prepare(
    `INSERT INTO images (id, owner_id, sha256, content_type, width, height, role, position, created_at)
     SELECT 'img_00000000000000000000', owner_id, sha256, content_type, 96, 48, 'preview', 0, 1 FROM uploads WHERE id = ?`,
  )
    .bind(preview)
    .run();
  await env.DB.prepare("UPDATE versions SET previews = ? WHERE id = ?")
    .bind('["img_00000000000000000000"]', eve.id)
    .run();
});

describe("the address of a mix", () => {
  it("serves its page with title, description and picture in the HTML", async () => {
    const { status, headers, tags, html } = await open("/m/ada/party");
    expect(status).toBe(200);
    expect(asked.at(-1)).toBe(`${ORIGIN}/mix/`);
    expect(tags).toMatchObject({
      title: "Party &amp; &lt;script&gt; by ada · Orthoplex",
      description: "A mix of eve, cat, ready to be drawn.",
      "twitter:card": "summary_large_image",
      "og:url": `${ORIGIN}/m/ada/party`,
      canonical: `${ORIGIN}/m/ada/party`,
      "og:image": `${ORIGIN}/v1/images/img_00000000000000000000`,
      "og:image:width": "96",
      "og:image:height": "48",
    });
    expect(html).not.toContain("<script>");
    expect(tags.robots).toBeUndefined();
    // The page keeps what the assets say about it, but not the tag of other bytes.
    expect(headers.get("content-security-policy")).toBe("default-src 'none'");
    expect(headers.get("etag")).toBeNull();
    expect((await open("/m/ada/party:1")).tags.canonical).toBe(`${ORIGIN}/m/ada/party`);
  });

  it("shows no picture unless it is public and general", async () => {
    const set = (rating: string) => env.DB.prepare("UPDATE mixes SET rating = ?").bind(rating).run();
    await set("sensitive");
    const { status, tags } = await open("/m/ada/party");
    expect([status, tags["og:image"], tags["twitter:card"]]).toEqual([200, undefined, "summary"]);
    await set("general");
  });

  it("is noindex if the mix is unlisted, and 404 if it is private or unknown", async () => {
    const set = (visibility: string) => ada.must("PATCH", "/v1/mixes/ada/party", { visibility });
    await set("unlisted");
    expect((await open("/m/ada/party")).tags.robots).toBe("noindex");
    await set("private");
    const nothing = ["/m/ada/party", "/m/ada/nothing", "/m/ada/party:9", "/m/ADA/%3Cb%3E"];
    for (const path of nothing) {
      const { status, tags, html } = await open(path);
      expect([path, status, tags.title, tags.robots]).toEqual([
        path,
        404,
        "Not found · Orthoplex",
        "noindex",
      ]);
      expect(html).not.toContain("Party");
      expect(html).not.toContain("<b>");
    }
    await set("public");
  });

  it("answers 410 for a withdrawn mix", async () => {
    await mixOf(ada, "gone", ["ada/eve"], { title: "Secret title" });
    await ada.must("POST", "/v1/mixes/ada/gone/withdraw");
    const { status, headers, tags, html } = await open("/m/ada/gone");
    expect([status, tags.title, tags["og:image"]]).toEqual([410, "Gone · Orthoplex", undefined]);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(html).not.toContain("Secret title");
  });
});

describe("the address of an adapter", () => {
  it("serves its page, with the owner's texts escaped", async () => {
    const { status, tags, html } = await open("/a/ada/eve");
    expect(status).toBe(200);
    expect(asked.at(-1)).toBe(`${ORIGIN}/adapter/`);
    expect(tags).toMatchObject({ "og:title": "eve by ada · Orthoplex", canonical: `${ORIGIN}/a/ada/eve` });
    expect(tags["og:image"]).toBe(`${ORIGIN}/v1/images/img_00000000000000000000`);
    expect(html).toContain("Eve &lt;b&gt;laughs&lt;/b&gt; &amp; &quot;waves&quot;");
    expect((await open("/a/ada/nothing")).status).toBe(404);
  });

  it("cuts long words at a space", async () => {
    await ada.must("PATCH", "/v1/adapters/ada/cat", { description: "purring ".repeat(60) });
    const words = (await open("/a/ada/cat")).tags.description ?? "";
    expect(words.length).toBeLessThanOrEqual(200);
    expect(words).toMatch(/purring…$/);
  });
});
