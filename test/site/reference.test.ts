// The API reference as it is built: every operation and schema of the document has its place, and every link inside it arrives.

import { describe, expect, it } from "vitest";
import document from "../../schema/openapi.json";
import { operationId } from "../../site/build/reference/document.ts";
import { inlineHtml } from "../../site/build/reference/inline.ts";
import { REFERENCE_PARTIALS } from "../../site/build/reference/page.ts";
import { curlOf } from "../../site/build/reference/sample.ts";
import { typeHtml } from "../../site/build/reference/schema-html.ts";

const html = Object.values(REFERENCE_PARTIALS)
  .map((partial) => partial())
  .join("");
const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);

describe("the API reference", () => {
  it("has every operation and every schema, each at an address of its own", () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods)) expect(ids).toContain(operationId({ method, path }));
    }
    for (const name of Object.keys(document.components.schemas)) expect(ids).toContain(`schema-${name}`);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("links only to what it has", () => {
    const links = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(300);
    expect(links.filter((id) => id !== "schemas" && !ids.includes(id))).toEqual([]);
  });

  it("writes descriptions as text, with code and links to pages", () => {
    expect(inlineHtml("a < b, `x<y>` and [docs](/docs/)")).toBe(
      'a &lt; b, <code>x&lt;y&gt;</code> and <a href="/docs/">docs</a>',
    );
    expect(inlineHtml("[bad](javascript:alert(1))")).not.toContain("<a");
  });

  it("says types in words", () => {
    expect(typeHtml({ type: ["string", "null"] })).toBe("string or null");
    expect(typeHtml({ type: "array", items: { $ref: "#/components/schemas/Adapter" } })).toBe(
      'array of <a href="#schema-Adapter">Adapter</a>',
    );
    expect(typeHtml({ type: ["string", "null"], enum: ["a", null] })).toBe(
      "<code>a</code> or <code>null</code>",
    );
  });

  it("shows a call with what must be sent", () => {
    const body = {
      type: "object",
      required: ["prompt"],
      properties: { prompt: { type: "string" }, seed: {} },
    };
    const { before, after } = curlOf(
      {
        ...{ method: "post", path: "/v1/generations", tag: "generations", summary: "", parameters: [] },
        ...{ body: { content: { "application/json": { schema: body } } }, responses: [] },
      },
      {},
    );
    expect(before).toBe('curl "');
    expect(after).toContain('/v1/generations" \\\n');
    expect(after).toContain('"prompt": "..."');
    expect(after).not.toContain("seed");
  });
});
