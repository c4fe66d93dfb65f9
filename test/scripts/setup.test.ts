import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { covers } from "../../scripts/setup/lockfile.mjs";
import { diagnose } from "../../scripts/setup/remedies.mjs";

describe("an installed lockfile", () => {
  const wanted = {
    "": { name: "orthoplex" },
    "node_modules/hono": { version: "4.13.19" },
    "node_modules/build-for-windows": { version: "1.0.0", optional: true },
  };

  test("is complete although builds for other platforms are absent", () => {
    assert.equal(covers({ "node_modules/hono": { version: "4.13.19" } }, wanted), true);
  });

  test("does not cover a package of another version", () => {
    assert.equal(covers({ "node_modules/hono": { version: "4.13.18" } }, wanted), false);
  });

  test("does not cover an optional package of another version", () => {
    const present = {
      "node_modules/hono": { version: "4.13.19" },
      "node_modules/build-for-windows": { version: "0.9.0" },
    };
    assert.equal(covers(present, wanted), false);
  });

  test("does not cover a package that is missing", () => {
    assert.equal(covers({}, wanted), false);
  });
});

describe("an installer's output", () => {
  const signs: [output: string, remedy: RegExp][] = [
    ["npm error code ENOSPC", /disk is full/],
    ["OSError: [Errno 28] No space left on device", /disk is full/],
    [
      "npm error network request to the registry failed, reason: getaddrinfo ENOTFOUND",
      /registry could not be reached/,
    ],
    ["ERROR: No matching distribution found for torch==2.13.0", /does not exist for this Python/],
    ["npm error code EACCES", /belongs to another user/],
    ["npm error code EUSAGE", /package-lock.json disagree/],
  ];
  for (const [output, remedy] of signs) {
    test(`"${output.slice(0, 40)}" has a remedy`, () => assert.match(diagnose(output) ?? "", remedy));
  }

  test("that is unknown has none", () => assert.equal(diagnose("Segmentation fault"), null));
});
