import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { namesOldVersions } from "../../scripts/local/seed.ts";

const version = (name: string, number: number) => ({
  id: `ver_${name}_${number}`,
  ref: `studio/${name}:${number}`,
});
const member = (name: string, number: number) => {
  const { id, ref } = version(name, number);
  return { version_id: id, ref };
};

/** Whether a mix of these members is to be published anew, where it was made of ivy and kofi. */
const isOld = (members: ReturnType<typeof member>[], state = "published") =>
  namesOldVersions({ state, members }, [version("ivy", 2), version("kofi", 1)]);

describe("a seeded mix", () => {
  test("is old while one of its adapters has a newer version", () => {
    assert.equal(isOld([member("ivy", 1), member("kofi", 1)]), true);
    assert.equal(isOld([member("ivy", 2), member("kofi", 1)]), false);
  });

  test("stays as its owner has changed it", () => {
    assert.equal(isOld([member("paco", 1), member("kofi", 1)]), false);
    assert.equal(isOld([member("ivy", 1)]), false);
    assert.equal(isOld([member("ivy", 1), member("kofi", 1)], "withdrawn"), false);
  });
});
