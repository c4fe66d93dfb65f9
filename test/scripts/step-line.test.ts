// What `npm start` shows while it installs and starts: nothing stays silent for longer than ten seconds.

import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import { npmProgress, pipProgress, withoutProgress } from "../../scripts/setup/installer-output.mjs";
import { packagesToInstall } from "../../scripts/setup/lockfile.mjs";
import { beginStep } from "../../scripts/setup/step-line.mjs";

describe("a step", () => {
  const title = { doing: "Installing it", done: "Installed it" };
  function shown(
    isTTY: boolean,
    work: (step: ReturnType<typeof beginStep>, wait: (ms: number) => void) => void,
  ) {
    let now = 0;
    mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    const clock = mock.method(performance, "now", () => now);
    const written: string[] = [];
    const step = beginStep(title, { isTTY, write: (text: string) => written.push(text) });
    // One tick at a time, so that every timer sees its own time.
    const wait = (ms: number) => {
      for (const end = now + ms; now < end; ) {
        now += 100;
        mock.timers.tick(100);
      }
    };
    work(step, wait);
    clock.mock.restore();
    mock.timers.reset();
    return written;
  }

  test("that is over in a moment is not shown", () =>
    assert.deepEqual(
      shown(false, (step, wait) => {
        wait(500);
        step.done();
      }),
      [],
    ));

  test("that takes long has a line every ten seconds with what is known, and one at its end", () =>
    assert.deepEqual(
      shown(false, (step, wait) => {
        wait(9_000);
        step.detail("12 of 26");
        wait(14_000);
        step.done();
      }),
      [
        "· Installing it, 1 s\n",
        "· Installing it, 12 of 26, 10 s\n",
        "· Installing it, 12 of 26, 20 s\n",
        "✓ Installed it in 23 s\n",
      ],
    ));

  test("redraws one line each second in a terminal", () => {
    const written = shown(true, (step, wait) => {
      wait(3_000);
      step.done();
    });
    assert.equal(written.length, 5);
    assert.ok(written.every((text) => text.startsWith("\r\x1b[K")));
    assert.ok(written.slice(0, -1).every((text) => !text.includes("\n")));
  });
});

describe("an installer's progress", () => {
  test("of npm is how many packages it has got", () => {
    const line = (name: string) =>
      `npm http fetch GET 200 https://registry.example/${name}.tgz 12ms (cache miss)\n`;
    assert.equal(npmProgress("", 9), "");
    assert.equal(npmProgress(`${line("a")}npm warn deprecated b\n${line("c")}`, 9), "2 of 9 packages");
    assert.equal(withoutProgress(`${line("a")}npm error code E404\n`), "npm error code E404\n");
    assert.ok(packagesToInstall() > 100);
  });

  test("of pip is its files, their bytes, and then that it unpacks", () => {
    const output =
      "Collecting torch==2.9.0\n  Downloading torch-2.9.0-cp311-linux.whl (184.5 MB)\n" +
      "Collecting numpy\n  Using cached numpy-2.3.1-cp311.whl.metadata (62 kB)\n  Using cached numpy-2.3.1-cp311.whl (16.0 MB)\n";
    assert.equal(pipProgress(output), "3 files of 201 MB, now numpy (16.0 MB)");
    assert.equal(pipProgress(`${output}Installing collected packages: numpy, torch\n`), "unpacking");
  });
});
