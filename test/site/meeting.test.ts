// An adapter's page says whether it is exact with the open composition.

import { describe, expect, it } from "vitest";
import cast3 from "../../schema/bases/cast-3.json";
import type { Base } from "../../site/api.ts";
import { meetingOf } from "../../site/pages/adapter/meeting.ts";

const base = cast3 as unknown as Base;
const { gate: _, ...plain } = base;
const placed = (title: string, slot: number | null, of = "cast-3") => ({ title, slot, base: of });

describe("an adapter beside the open composition", () => {
  it("is exact with slots of its class, and with all where a gate keeps them apart", () => {
    expect(meetingOf(plain as Base, placed("Ivy", 0), [placed("Paco", 1), placed("Rosa", 2)]).isExact).toBe(
      true,
    );
    expect(meetingOf(base, placed("Ivy", 0), [placed("Far", 400)]).isExact).toBe(true);
  });

  it("names whom it meets, and who is of another base", () => {
    const far = Array.from({ length: 900 }, (_, slot) => placed(`s${slot}`, slot));
    const met = far.filter((other) => !meetingOf(plain as Base, placed("Ivy", 0), [other]).isExact);
    expect(met.length).toBeGreaterThan(1);
    const one = meetingOf(plain as Base, placed("Ivy", 0), [placed("Paco", 1), ...met.slice(0, 1)]);
    expect(one.text).toContain(met[0]?.title ?? "?");
    expect(one.text).not.toContain("Paco");
    expect(meetingOf(base, placed("Ivy", 0), [placed("Lora", null)]).isExact).toBe(false);
    expect(meetingOf(base, placed("Ivy", 0), [placed("Rex", 3, "my-sd")]).text).toContain(
      "another base than Rex",
    );
  });
});
