// The floors of the code: what may import what. A file that breaks a rule either belongs to another folder, or asks for something that its
// caller should hand to it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { againstFloors, byFolder, circles, type Graph, pythonGraph, typescriptGraph } from "./imports.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** Lowest first; folders of one floor do not import each other. docs/architecture.md says what each is for. */
const EDGE = [
  ["schema"],
  ["db.ts", "env.ts"],
  ["lib"],
  ["outbox", "policy", "rights", "notify"],
  ["storage"],
  ["context.ts"],
  ["auth"],
  ["catalog"],
  ["compose"],
  ["dispatch"],
  ["people", "compat"],
  ["moderation", "webhooks", "mcp"],
  ["routes"],
  ["app.ts", "cron.ts"],
  ["index.ts"],
];
const RUNNER = [
  ["__init__.py"],
  ["ortho", "enlarge.py", "whole_files.py"],
  ["bases"],
  ["sample"],
  ["train"],
  ["recipe.py", "report.py"],
  ["png.py", "pictures.py", "loras.py"],
  ["lora_crosstalk.py"],
  ["runner", "eval", "export_onnx", "cast_training", "sd_training"],
  ["progress.py", "wildcards.py", "training_folder.py", "in_files.py", "out_places.py"],
  ["local.py", "inspection.py"],
  ["exporting.py", "importing.py", "local_training.py"],
  ["converting.py", "cli_examples.py"],
  ["cli.py"],
  ["__main__.py", "reload.py"],
];

/** The calls of the API are one folder: api.ts and the files beside it that it is split into. */
const SITE = [
  ["remedies.ts"],
  ["failure.ts"],
  ["api"],
  ["composition"],
  ["ui"],
  ["preview", "workspace"],
  ["build", "pages"],
];

/** functions/catalog/x.ts stands in catalog, functions/env.ts in env.ts, every file of schema/ in schema. */
const edgeFolder = (file: string) => {
  const [top = "", next = ""] = file.split("/");
  return top === "schema" ? "schema" : next;
};
const siteFolder = (file: string) => {
  const next = file.split("/")[1] ?? "";
  return /^api[^/]*\.ts$/.test(next) ? "api" : next;
};
const runnerFolder = (file: string) => file.split("/")[0] ?? "";

const edge = typescriptGraph(ROOT, ["functions", "schema"]);
const site = typescriptGraph(ROOT, ["site"]);
const runner = pythonGraph(ROOT, "gpu-runner/orthoplex");

describe("the edge", () => {
  test("is parsed: routes have imports, and nothing imports the entry point", () => {
    assert.ok(edge.size > 200, `${edge.size} files`);
    assert.ok((edge.get("functions/app.ts")?.size ?? 0) > 20);
    assert.ok(![...edge.values()].some((targets) => targets.has("functions/index.ts")));
  });
  test("has no circle of imports among its files", () => assert.deepEqual(circles(edge), []));
  test("has none among its folders", () => assert.deepEqual(circles(byFolder(edge, edgeFolder)), []));
  test("imports downwards only", () => assert.deepEqual(againstFloors(edge, edgeFolder, EDGE), []));
});

describe("the runner", () => {
  test("is parsed: relative and absolute imports are found", () => {
    assert.ok(runner.size > 60, `${runner.size} files`);
    assert.ok([...(runner.get("runner/jobs/train.py") ?? [])].some((file) => file.startsWith("train/")));
  });
  test("has no circle of imports among its files", () => assert.deepEqual(circles(runner), []));
  test("has none among its folders", () => assert.deepEqual(circles(byFolder(runner, runnerFolder)), []));
  test("imports downwards only: ortho, bases, sample, train, runner", () =>
    assert.deepEqual(againstFloors(runner, runnerFolder, RUNNER), []));
});

describe("the site", () => {
  test("is parsed: pages import components", () => {
    assert.ok(site.size > 250, `${site.size} files`);
    assert.ok(
      [...(site.get("site/pages/compose/compose-page.tsx") ?? [])].some((file) =>
        file.startsWith("site/ui/"),
      ),
    );
  });
  test("imports downwards only: what pages share knows no page", () =>
    assert.deepEqual(againstFloors(site, siteFolder, SITE), []));
});

describe("site and scripts", () => {
  for (const folder of ["site", "scripts"]) {
    test(`${folder} has no circle of imports among its files`, () =>
      assert.deepEqual(circles(typescriptGraph(ROOT, [folder])), []));
  }
});

describe("these rules", () => {
  const graph = (edges: Record<string, string[]>): Graph =>
    new Map(Object.entries(edges).map(([from, to]) => [from, new Set(to)]));
  const folderOf = (file: string) => file.split("/")[0] ?? "";

  test("find circles of any length, and nothing else", () => {
    const found = circles(graph({ a: ["b"], b: ["c"], c: ["a", "d"], d: ["e"], e: [] }));
    assert.deepEqual(found, [["a", "b", "c"]]);
  });
  test("refuse an upward import, a sideways import and an unknown folder", () => {
    const up = graph({ "low/x": ["high/y"], "high/y": [], "across/z": ["high/y"], "new/w": [] });
    assert.deepEqual(againstFloors(up, folderOf, [["low"], ["high", "across"]]), [
      "across/z imports high/y",
      "low/x imports high/y",
      "new is on no floor",
    ]);
  });
});
