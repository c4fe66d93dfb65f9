// The official clients of OpenAI and Replicate, from npm and PyPI, against a real Worker with a real runner. Their answers
// become the tables of docs/compatibility.md, if all went well.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { Orthoplex } from "../../schema/client/index.ts";
import { tailOf } from "../../scripts/local/child.ts";
import { VENV_PYTHON } from "../../scripts/local/paths.ts";
import { startTemporaryServer } from "../../scripts/local/temporary.ts";
import { type Check, type CheckResult, flood, floodAddress, type Place } from "./check.ts";
import { npmOpenAi } from "./npm-openai.ts";
import { CONCEPT, npmReplicate } from "./npm-replicate.ts";
import { tableOf, writeTable } from "./table.ts";

const stop = new AbortController();
let server: Awaited<ReturnType<typeof startTemporaryServer>>;
let place: Place;
let failed = false;
const results: Record<string, CheckResult[]> = {};

/** Tests of a client in its own words, one after another: the runner draws for all of them. */
function npmClient(name: string, checks: readonly Check[]): void {
  describe(`npm's ${name}`, () => {
    const checked: CheckResult[] = [];
    results[`npm ${name}`] = checked;
    for (const { call, run } of checks) {
      test(call, { timeout: 180_000 }, async () => {
        try {
          checked.push({ call, outcome: await run(place) });
        } catch (error) {
          failed = true;
          throw error;
        }
      });
    }
  });
}

function pypiClient(name: string, script: string, flooded: string): void {
  test(`PyPI's ${name}`, { timeout: 400_000 }, async (t) => {
    await flood(place.url, flooded);
    const checked: CheckResult[] = [];
    results[`pypi ${name}`] = checked;
    const child = spawn(VENV_PYTHON, [join(import.meta.dirname, script)], {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        PYTHONPATH: import.meta.dirname,
        PYTHONDONTWRITEBYTECODE: "1",
        ORTHOPLEX_TEST_URL: place.url,
        ORTHOPLEX_TEST_KEY: place.key,
        ORTHOPLEX_TEST_FLOODED: flooded,
        ORTHOPLEX_TEST_CONCEPT: CONCEPT,
      },
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    for await (const line of createInterface(child.stdout)) {
      const said = JSON.parse(line) as CheckResult & { error?: string };
      await t.test(said.call, () => {
        failed ||= said.error !== undefined;
        assert.equal(said.error, undefined);
        checked.push({ call: said.call, outcome: said.outcome });
      });
    }
    const code = await ended;
    failed ||= code !== 0 || checked.length === 0;
    assert.equal(code, 0);
    assert.ok(checked.length > 0);
  });
}

describe("official clients", { timeout: 1_200_000 }, () => {
  before(async () => {
    server = await startTemporaryServer({
      runners: 1,
      addressGiven: true,
      signal: stop.signal,
      say: () => {},
    });
    const { url, demo } = server;
    place = { url, key: demo.api_key, native: new Orthoplex({ url, key: demo.api_key }) };
  });
  after(async () => {
    if (failed && server) {
      for (const log of ["worker", "runner"]) {
        console.error(`--- ${log}.log\n${tailOf(join(server.logs, `${log}.log`), 40)}`);
      }
    }
    await server?.end();
  });

  // The last check of npm's client and the first of PyPI's share an address that has no writes left: 600 writes take six processor seconds.
  npmClient("openai", npmOpenAi);
  pypiClient("openai", "pypi_openai.py", floodAddress(1));
  npmClient("replicate", npmReplicate);
  pypiClient("replicate", "pypi_replicate.py", floodAddress(2));

  test("make the tables of docs/compatibility.md, which are up to date", () => {
    assert.equal(failed, false, "a client failed: the tables stay as they are");
    const changed = ["openai", "replicate"].filter((name) =>
      writeTable(name, tableOf(results[`npm ${name}`] ?? [], results[`pypi ${name}`] ?? [])),
    );
    assert.deepEqual(changed, [], "written anew: look at the change and commit it");
  });
});
