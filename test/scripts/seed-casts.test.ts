import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { namesOldVersions } from "../../scripts/local/seed.ts";

const adapter = (name: string, number: number) => ({
  latest_version: { id: `ver_${name}_${number}`, ref: `studio/${name}:${number}` },
});
const member = (name: string, number: number) => ({
  version_id: `ver_${name}_${number}`,
  ref: `studio/${name}:${number}`,
});

/** Whether the mix "pair" of ivy and kofi is to be published anew, in a catalog of these entries. */
function isOld(members: object[], state = "published"): Promise<boolean> {
  const entries: Record<string, object> = {
    pair: { state, members },
    ivy: adapter("ivy", 2),
    kofi: adapter("kofi", 1),
  };
  const find = async (_: string, { params }: { params: { path: { name: string } } }) =>
    entries[params.path.name];
  const api = { find } as unknown as Parameters<typeof namesOldVersions>[0];
  return namesOldVersions(api, "studio", () => "studio", { name: "pair", members: ["ivy", "kofi"] });
}

describe("a seeded mix", () => {
  test("is old while one of its adapters has a newer version", async () => {
    assert.equal(await isOld([member("ivy", 1), member("kofi", 1)]), true);
    assert.equal(await isOld([member("ivy", 2), member("kofi", 1)]), false);
  });

  test("stays as its owner has changed it", async () => {
    assert.equal(await isOld([member("paco", 1), member("kofi", 1)]), false);
    assert.equal(await isOld([member("ivy", 1)]), false);
    assert.equal(await isOld([member("ivy", 1), member("kofi", 1)], "withdrawn"), false);
  });
});
