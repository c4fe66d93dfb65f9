// The jobs page's address says what it shows, and a retry orders what was ordered.

import { describe, expect, it } from "vitest";
import type { Generation } from "../../site/api.ts";
import { orderAgain, queryOf, ranFor, searchOf } from "../../site/pages/jobs/query.ts";

describe("the jobs page", () => {
  it("has its filters in the address, and ignores unknown ones", () => {
    for (const query of [
      { kind: "pictures", state: "all" },
      { kind: "trainings", state: "failed" },
      { kind: "pictures", state: "queued" },
    ] as const) {
      expect(queryOf(searchOf(query))).toEqual(query);
    }
    expect(queryOf("?kind=x&state=y")).toEqual({ kind: "pictures", state: "all" });
    expect(searchOf({ kind: "pictures", state: "all" })).toBe("");
  });

  it("shows the duration of an ended job only", () => {
    const started_at = "2026-11-29T12:00:00.000Z";
    expect(ranFor({ started_at, finished_at: "2026-11-29T12:00:08.500Z" })).toBe(8.5);
    expect(ranFor({ started_at, finished_at: null })).toBeNull();
    expect(ranFor({ started_at: null, finished_at: started_at })).toBeNull();
  });

  it("repeats the resolved order: version, strength, box, word and seed", () => {
    const region = { x: 0, y: 0, width: 1, height: 1 };
    const member = {
      version_id: "ver_1" as const,
      ref: "ada/eve:2",
      trigger: "<eve-2>" as const,
      strength: 0,
      slot: 3,
    };
    const job = {
      ...{ base: "cast-3", priority: "low" },
      request: {
        ...{ composition_id: null, prompt: "<eve-2>", negative_prompt: "", seed: 7, steps: 8, guidance: 1 },
        ...{ size: "256x256", count: 2, adapters: [{ ...member, region }] },
      },
    } as Pick<Generation, "base" | "priority" | "request"> as Generation;
    expect(orderAgain(job)).toEqual({
      ...{ base: "cast-3", priority: "low", prompt: "<eve-2>", negative_prompt: "", seed: 7, steps: 8 },
      ...{ guidance: 1, size: "256x256", count: 2 },
      adapters: [{ version_id: "ver_1", strength: 0, as: "<eve-2>", region }],
    });
  });
});
