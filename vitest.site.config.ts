// The site's pure parts, in plain Node: what runs in workerd is tested by vitest.config.ts, what runs in a browser by test/journeys.

import { defineConfig } from "vitest/config";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    include: ["test/site/**/*.test.ts"],
    maxWorkers: 1,
    isolate: false,
    // For a machine with other work: other stages run beside this one. Alone the slowest test takes some milliseconds.
    testTimeout: 60_000,
  },
});
