// Nobody's name is one that the service answers under: a segment of its addresses, a base, an owner of bases.

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../../functions/app.ts";
import { isReserved } from "../../../functions/auth/handles.ts";
import { BASES } from "../../../functions/catalog/bases.ts";
import { BASES_OWNER } from "../../../functions/compat/models.ts";
import openapi from "../../../schema/openapi.json";
import { person, signUp } from "../cast.ts";

const isName = (segment: string | undefined) => /^[a-z][a-z0-9-]*$/.test(segment ?? "");
/** The first segment of an address, and the first behind a version: `openai`, `v1` and `images` of /openai/v1/images. */
function namesIn(path: string): string[] {
  const segments = path.split("/").filter((segment) => segment !== "");
  return segments.filter((segment, i) => isName(segment) && (i === 0 || segments[i - 1] === "v1"));
}
const all = (paths: readonly string[]) => [...new Set(paths.flatMap(namesIn))].sort();

describe("a handle is none of the service's own names", () => {
  it.each([
    ["the described addresses", all(Object.keys(openapi.paths)), 30],
    ["every address that is answered", all(app.routes.map(({ path }) => path)), 30],
    ["the pages", ["gallery", "jobs", "method", "notifications", "pictures", "user"], 1],
    ["the bases and their owner", [BASES_OWNER, ...BASES.map(({ id }) => id)], 3],
    ["who has no name of one's own", ["someone"], 1],
  ])("of %s", (_, names, least) => {
    expect(names.length).toBeGreaterThanOrEqual(least);
    expect(names.filter((name) => !isReserved(name))).toEqual([]);
  });

  it("of a base that a runner has published", async () => {
    expect((await person("Other-Base")).handle).toBe("other-base");
    await env.DB.prepare("INSERT INTO bases (id, owner_id, description, published_at) VALUES (?, ?, '{}', 0)")
      .bind("next-base", await env.DB.prepare("SELECT id FROM users").first("id"))
      .run();
    await signUp("Next Base", "next@example.com");
    const handle = await env.DB.prepare("SELECT handle FROM users WHERE name = 'Next Base'").first("handle");
    expect(handle).toMatch(/^someone-/);
  });

  it("while other names are free", () => {
    expect(["ada", "ivy", "thea", "them", "modelling", "jobst", "files-and-co"].filter(isReserved)).toEqual(
      [],
    );
  });
});
