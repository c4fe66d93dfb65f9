// Priority orders an owner's own jobs and overtakes no other owner.

import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { priorityOf, rankOf } from "../../../functions/dispatch/priority.ts";
import type { Generation, Training } from "../../../schema/contract/index.ts";
import { JOB_PRIORITIES, type JobPriority } from "../../../schema/contract/jobs.ts";
import { adapterInput, Machine, type Person, person, png } from "../cast.ts";

let ada: Person;
let bob: Person;
let carol: Person;
let machine: Machine;
beforeAll(async () => {
  [ada, bob, carol] = [await person("Ada"), await person("Bob"), await person("Carol")];
  machine = await Machine.register(await person("Operator"));
});
beforeEach(async () => {
  await env.DB.prepare("DELETE FROM jobs").run();
});

async function order(by: Person, count: number, priority?: JobPriority): Promise<string[]> {
  const ids = [];
  for (let i = 0; i < count; i++) {
    const input = { base: "cast-3", prompt: "a person", ...(priority && { priority }) };
    ids.push((await by.must<Generation>("POST", "/v1/generations", input)).id);
  }
  return ids;
}

/** Who is served, one job after the other. */
async function served(groups: Record<string, readonly string[]>, from = machine): Promise<string> {
  const names = [];
  for (;;) {
    const [lease] = await from.lease();
    if (!lease) return names.join("");
    names.push(Object.keys(groups).find((name) => groups[name]?.includes(lease.job_id)) ?? "?");
  }
}

describe("priority", () => {
  it("is returned, and defaults to normal", async () => {
    for (const priority of JOB_PRIORITIES) {
      expect(priorityOf(rankOf(priority))).toBe(priority);
      const [id] = await order(ada, 1, priority);
      expect((await ada.must<Generation>("GET", `/v1/generations/${id}`)).priority).toBe(priority);
    }
    const [plain] = await order(ada, 1);
    expect((await ada.must<Generation>("GET", `/v1/generations/${plain}`)).priority).toBe("normal");
    const input = { base: "cast-3", prompt: "a person", priority: "urgent" };
    const refused = await ada.ask("POST", "/v1/generations", input);
    expect([refused.status, refused.body.errors[0]?.pointer]).toEqual([400, "/priority"]);
  });

  it("high does not wait behind its owner's other jobs", async () => {
    const normal = await order(ada, 6);
    const high = await order(ada, 2, "high");
    expect(await served({ n: normal, h: high })).toBe("nhnhnnnn");
  });

  it("high takes no other owner's turn: more of it makes only its own owner wait", async () => {
    const high = await order(ada, 6, "high");
    const others = { b: await order(bob, 3), c: await order(carol, 3) };
    expect(await served({ h: high, ...others })).toBe("hbchbchbchhh");
  });

  it("high and normal together are two shares of the queue, not more", async () => {
    const [normal, high] = [await order(ada, 4), await order(ada, 4, "high")];
    const late = await order(bob, 3);
    const seen = await served({ n: normal, h: high, b: late });
    expect(seen).toBe("nhbnhbnhbnh");
  });

  it("low runs when nothing else waits, in turn with the low jobs of others", async () => {
    const low = [await order(ada, 2, "low"), await order(bob, 2, "low")] as const;
    const normal = await order(carol, 3);
    expect(await served({ a: low[0], b: low[1], n: normal })).toBe("nnnabab");
  });

  it("orders all of its owner's jobs on a runner of their own", async () => {
    const groups = { l: await order(ada, 1, "low"), n: await order(ada, 3), h: await order(ada, 2, "high") };
    await order(bob, 2, "high");
    expect(await served(groups, await Machine.register(ada))).toBe("hhnnnl");
  });

  it("applies to trainings as well", async () => {
    const images = [];
    for (let i = 0; i < 4; i++) {
      images.push({ upload_id: await ada.upload("training_image", await png(64, 64, i), "image/png") });
    }
    const input = { adapter: adapterInput("face"), images, priority: "high" };
    const training = await ada.must<Training>("POST", "/v1/trainings", input);
    expect(training.priority).toBe("high");
  });
});
