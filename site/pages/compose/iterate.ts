// Orders derived from one picture: other seeds, the same without one member, a grid over one or two settings. Pure.

import { CREDIT_PIXELS, SEED_MAX } from "../../../schema/contract/limits.ts";
import type { Base } from "../../api.ts";
import { canvasOf, type Form } from "../../composition/form.ts";
import type { Place, Result } from "../../workspace/document.ts";

export interface Planned {
  form: Form;
  place: Place;
}

const VARIATIONS = 4;

/** The form of a picture with its own seed, one picture. */
export function exactly({ form, image }: Pick<Result, "form" | "image">): Form {
  return { ...form, seed: image.seed, count: 1, written: true };
}

/** The same composition from the next seeds: one job. */
export function variations(result: Pick<Result, "form" | "image">, group: string): Planned[] {
  const seed = ((result.image.seed ?? 0) + 1) % (SEED_MAX - VARIATIONS);
  const form = { ...exactly(result), seed, count: VARIATIONS };
  return [{ form, place: { group, title: "Variations", x: "", y: "" } }];
}

/** The same seed without one member: what remains is what that member brings. */
export function without(
  result: Pick<Result, "form" | "image">,
  ref: string,
  name: string,
  group: string,
): Planned[] {
  const form = exactly(result);
  const members = form.members.map((each) => (each.ref === ref ? { ...each, mode: "muted" as const } : each));
  return [
    { form: { ...form, members }, place: { group, title: `Without ${name}`, x: `without ${name}`, y: "" } },
  ];
}

export type Axis =
  | { kind: "strength"; ref: string; name: string }
  | { kind: "steps" }
  | { kind: "guidance" }
  | { kind: "seed" };

export const CELLS_MAX = 36;

/** Text of an axis's values: "0, 0.5, 1" or "0-1 (+0.25)", as A1111's users write them. Null where it says no numbers. */
export function valuesOf(text: string): number[] | null {
  const values: number[] = [];
  for (const part of text.split(",").map((each) => each.trim())) {
    if (part === "") continue;
    const range = /^(-?[\d.]+)\s*-\s*(-?[\d.]+)(?:\s*\(\+?([\d.]+)\))?$/.exec(part);
    const found = range ? rangeOf(Number(range[1]), Number(range[2]), Number(range[3] ?? 1)) : [Number(part)];
    if (!found?.every(Number.isFinite)) return null;
    values.push(...found);
  }
  return values.length === 0 || values.length > CELLS_MAX ? null : values;
}

function rangeOf(from: number, to: number, by: number): number[] | null {
  if (!(by > 0) || to < from || (to - from) / by > CELLS_MAX) return null;
  const count = Math.floor((to - from) / by + 1e-9) + 1;
  return Array.from({ length: count }, (_, i) => Math.round((from + i * by) * 1e4) / 1e4);
}

/** Whether the base takes every value of the axis. */
export function faultOf(
  axis: Axis,
  values: readonly number[],
  base: Pick<Base, "steps" | "guidance">,
): string | null {
  const whole = axis.kind === "steps" || axis.kind === "seed";
  const { min, max } =
    axis.kind === "steps"
      ? base.steps
      : axis.kind === "guidance"
        ? base.guidance
        : axis.kind === "seed"
          ? { min: 0, max: SEED_MAX }
          : { min: -2, max: 2 };
  const wrong = values.find((value) => value < min || value > max || (whole && !Number.isInteger(value)));
  return wrong === undefined ? null : `${wrong} is not between ${min} and ${max}${whole ? ", whole" : ""}.`;
}

const axisName = (axis: Axis) => (axis.kind === "strength" ? axis.name : axis.kind);
const labelOf = (axis: Axis | null, value: number) => (axis ? `${axisName(axis)} ${value}` : "");

function withValue(form: Form, axis: Axis | null, value: number): Form {
  if (!axis) return form;
  if (axis.kind !== "strength") return { ...form, [axis.kind]: value };
  const members = form.members.map((each) => (each.ref === axis.ref ? { ...each, strength: value } : each));
  return { ...form, members };
}

export interface GridPlan {
  x: { axis: Axis; values: readonly number[] };
  y: { axis: Axis; values: readonly number[] } | null;
}

/** One picture for each cell, all from one seed; row by row. */
export function gridOf(form: Form, { x, y }: GridPlan, seed: number, group: string): Planned[] {
  const rows = y ? y.values : [0];
  const title = `${axisName(x.axis)}${y ? ` × ${axisName(y.axis)}` : ""}`;
  return rows.flatMap((row) =>
    x.values.map((column) => ({
      form: withValue(
        withValue({ ...form, seed, count: 1, written: true }, y?.axis ?? null, row),
        x.axis,
        column,
      ),
      place: { group, title, x: labelOf(x.axis, column), y: labelOf(y?.axis ?? null, row) },
    })),
  );
}

/** Before the order: one step of one picture costs a credit for every 256 x 256 pixels. */
export function creditsOf(forms: readonly Form[], base: Pick<Base, "steps">): number {
  return forms.reduce((sum, { count, steps, size }) => {
    const { width, height } = canvasOf(size);
    return sum + Math.ceil((count * (steps ?? base.steps.default) * width * height) / CREDIT_PIXELS);
  }, 0);
}
