// The steps of a journey: they run in order, and after one has failed the rest are skipped.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Visitor } from "./visitor.ts";

type Journey = {
  /** Screenshots are called after it. */
  prefix: string;
  visitor: () => Visitor;
  /** Shows what helps to find out why. */
  failed?: () => void;
};

/** A picture of a whole page takes half a second of a core: only for whoever wants to look at them. */
const EACH_STEP = process.env.SCREENSHOTS === "steps";

export type Step = (name: string, work: () => Promise<void>) => void;

export function stepsOf({ prefix, visitor, failed }: Journey): Step {
  let stuck: string | undefined;
  return (name, work) =>
    test(name, async (t) => {
      if (stuck) return t.skip(`"${stuck}" failed`);
      const file = `${prefix}${name.replace(/[^a-z0-9]+/gi, "-")}`;
      try {
        await work();
        if (EACH_STEP) await visitor().shot(file);
        assert.deepEqual(visitor().pageErrors, []);
      } catch (error) {
        stuck = name;
        await visitor().shot(`FAILED-${file}`);
        failed?.();
        throw error;
      }
    });
}
