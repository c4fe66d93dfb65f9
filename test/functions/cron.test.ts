// The steps of cron are isolated from each other.

import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { everyMinute } from "../../functions/cron.ts";
import { withMethods } from "./cast.ts";

const HOUR_MS = 3_600_000;

describe("every minute", () => {
  it("continues after a failing step and logs it", async () => {
    await env.DB.prepare(
      "INSERT INTO idempotency (owner_id, key, request_sha256, created_at) VALUES ('usr_x', 'old', 'x', 1)",
    ).run();
    await env.DB.prepare(
      "INSERT INTO takedowns (target_id, target_kind, action_id, state_before, purge_at) VALUES ('adp_x', 'adapter', 'act_x', 'published', 1)",
    ).run();
    const received = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const prepare = (text: string) => {
      if (text.includes("takedowns")) throw new Error("D1 is not well");
      return env.DB.prepare(text);
    };
    const ill = withMethods(env.DB, { prepare });
    await everyMinute({ ...env, DB: ill }, Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
    expect(received.mock.calls.map(([line]) => JSON.parse(String(line)))).toMatchObject([
      { event: "cron_step_failed", of: "purge_taken_down" },
    ]);
    received.mockRestore();
    expect(await env.DB.prepare("SELECT count(*) AS n FROM idempotency WHERE key = 'old'").first("n")).toBe(
      0,
    );
  });
});
