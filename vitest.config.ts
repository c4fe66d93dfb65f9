// Edge tests run inside workerd with real D1, R2 and Durable Objects. One worker process for all files: two cores are enough.

import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// Of workerd, read by miniflare. V8 otherwise collects garbage on as many threads as there are cores, which take them from the stage beside
// this one: a tenth of the processor time of all tests together.
process.env.MINIFLARE_WORKERD_V8_FLAGS ??= "--single-threaded-gc";

export default defineConfig({
  plugins: [
    cloudflareTest(async () => ({
      main: "./functions/index.ts",
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        bindings: {
          TEST_MIGRATIONS: await readD1Migrations("./schema/migrations"),
          BETTER_AUTH_SECRET: "test-only-7f9c2b1e5d8a4c3f6b0e9d2a1c4f7e8b",
          UPLOAD_SIGNING_SECRET: "test-only-1b3d5f7092a4c6e8f0b2d4a6c8e0f1a3",
          PUBLIC_ORIGIN: "http://edge.test",
          OPERATOR_EMAILS: "operator@example.com",
          WEBHOOK_ALLOW_LOOPBACK: "true",
          METRICS_TOKEN: "test-only-metrics-5d8a4c3f6b0e9d2a",
          LOG_REQUESTS: "false",
          MODERATOR_EMAILS: "moderator@example.com",
          DISPATCH_SCALE: process.env.DISPATCH_SCALE ?? "",
          DISPATCH_CHAOS: process.env.DISPATCH_CHAOS ?? "",
        },
      },
    })),
  ],
  test: {
    include: ["test/functions/**/*.test.ts", "test/schema/**/*.test.ts"],
    setupFiles: ["./test/functions/setup.ts"],
    globalSetup: ["./test/functions/webhooks/receiver.ts"],
    maxWorkers: 1,
    // One isolate for all files: loading the Worker takes longer than testing it. setup.ts empties the storage before each file.
    isolate: false,
    // For a machine with other work: other stages run beside this one. Alone the slowest test takes some five seconds.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Every account that a test makes is sent an email, which goes to the log.
    onConsoleLog: (line) => !line.startsWith("Email to "),
  },
});
