// schema/openapi.json is the document that the Worker serves, without its examples: the client in schema/client is generated from it, and a
// change of the API shows in it. `npm run x -- client` writes both.

import { expect, it } from "vitest";
import { ask } from "../cast.ts";

const DROPPED = new Set(["example", "examples", "servers"]);

it("schema/openapi.json is the document that the Worker serves", async () => {
  const { body } = await ask<Record<string, unknown>>("GET", "/v1/openapi.json");
  await expect(`${JSON.stringify(withoutExamples(body), null, 1)}\n`).toMatchFileSnapshot(
    "../../../schema/openapi.json",
  );
});

/** A property that is called `example` is kept: what is dropped stands beside a schema, not in `properties`. */
function withoutExamples(value: unknown, isProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutExamples(item));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => isProperties || !DROPPED.has(key));
  return Object.fromEntries(
    kept.map(([key, item]) => [key, withoutExamples(item, key === "properties" && !isProperties)]),
  );
}
