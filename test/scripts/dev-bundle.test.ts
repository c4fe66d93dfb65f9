// The bundle of npm run dev, of real modules in a folder of their own.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Bundle } from "../../scripts/local/dev/bundle.ts";
import { LOCAL } from "../../scripts/local/paths.ts";

/** The built code after the change, whether it built or not. */
type Change = (text: string) => Promise<{ outcome: number | Error; version: string; code: string }>;

async function started(t: TestContext): Promise<{ bundle: Bundle; change: Change }> {
  // Inside the repository, where npm packages are found.
  mkdirSync(LOCAL, { recursive: true });
  const folder = mkdtempSync(join(LOCAL, "bundle-"));
  const file = join(folder, "answer.ts");
  writeFileSync(
    join(folder, "index.ts"),
    `import { Hono } from "hono";\nexport { answer } from "./answer.ts";\nexport const app = new Hono();\n`,
  );
  writeFileSync(file, "export const answer = 1;\n");
  const bundle = await Bundle.start(join(folder, "index.ts"), [folder]);
  t.after(async () => {
    await bundle.end();
    rmSync(folder, { recursive: true });
  });
  let heard: (outcome: number | Error) => void = () => {};
  bundle.watch((outcome) => heard(outcome));
  return {
    bundle,
    async change(text) {
      const outcome = await new Promise<number | Error>((resolve) => {
        heard = resolve;
        writeFileSync(file, text);
      });
      return { outcome, ...(await bundle.present()) };
    },
  };
}

test("a change is in the next version; code that does not build leaves the version before it", async (t) => {
  const { bundle, change } = await started(t);
  assert.equal((await bundle.present()).version, "1");
  const second = await change("export const answer = 2;\n");
  assert.equal(second.version, "2");
  assert.match(second.code, /answer = 2/);
  const broken = await change("export const = ;\n");
  assert.match(String(broken.outcome), /answer\.ts:1/);
  assert.equal(broken.code, second.code);
  assert.equal((await change("export const answer = 3;\n")).version, "3");
});

test("npm packages are a script of their own, and a trace names the place in the source", async (t) => {
  const { bundle, change } = await started(t);
  assert.match(bundle.packagesCode, /class .*Hono/);
  const { code } = await change("\n\nexport const answer = 4;\n");
  assert.doesNotMatch(code, /class .*Hono/);
  const line = code.split("\n").findIndex((text) => text.includes("answer = 4")) + 1;
  assert.match(bundle.readable(`Error: x\n    at functions.js:${line}:1`), /answer\.ts:3:\d+$/);
});
