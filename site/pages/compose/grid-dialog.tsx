// The x/y grid: which settings vary, over which values, and what it costs before it starts.

import { useState } from "preact/hooks";
import type { Base } from "../../api.ts";
import type { Form, Known } from "../../composition/form.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { countOf } from "../../ui/format.ts";
import {
  type Axis,
  CELLS_MAX,
  creditsOf,
  faultOf,
  type GridPlan,
  gridOf,
  type Planned,
  valuesOf,
} from "./iterate.ts";

const USUAL: Record<Axis["kind"], string> = {
  strength: "0, 0.5, 1",
  steps: "8, 16, 24",
  guidance: "1, 2, 4",
  seed: "1-3",
};

interface Chosen {
  key: string;
  text: string;
}

export function GridDialog(props: {
  form: Form;
  known: Known;
  base: Base;
  seed: number;
  onStart: (planned: readonly Planned[]) => void;
  onClose: () => void;
}) {
  const { form, base } = props;
  const axes = axesOf(form, props.known);
  const [first] = axes.keys();
  const [x, setX] = useState<Chosen>({
    key: first ?? "steps",
    text: USUAL[axes.get(first ?? "")?.kind ?? "steps"],
  });
  const [y, setY] = useState<Chosen>({ key: "", text: "" });
  const [across, down] = [readAxis(axes, x, base), readAxis(axes, y, base)];
  const plan: GridPlan | null =
    across.found && (y.key === "" || down.found) ? { x: across.found, y: down.found } : null;
  const cells = plan ? gridOf(form, plan, props.seed, crypto.randomUUID()) : [];
  const tooMany = cells.length > CELLS_MAX;
  return (
    <Dialog title="Grid" shape="box" onClose={props.onClose}>
      <form
        class="grid-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (cells.length === 0 || tooMany) return;
          props.onStart(cells);
          event.currentTarget.closest("dialog")?.close();
        }}
      >
        <AxisFields name="Columns" axes={axes} chosen={x} fault={across.fault} onChoose={setX} />
        <AxisFields name="Rows" axes={axes} chosen={y} fault={down.fault} onChoose={setY} optional />
        <p class="hint">
          {tooMany
            ? `At most ${CELLS_MAX} pictures in one grid.`
            : `${countOf(cells.length, "picture")} from seed ${props.seed}, as ${countOf(cells.length, "job")} one after the other, ${countOf(
                creditsOf(
                  cells.map((each) => each.form),
                  base,
                ),
                "credit",
              )}.`}
        </p>
        <button type="submit" class="button primary" disabled={cells.length === 0 || tooMany}>
          Generate the grid
        </button>
      </form>
    </Dialog>
  );
}

function AxisFields(props: {
  name: string;
  axes: ReadonlyMap<string, Axis>;
  chosen: Chosen;
  fault: string | null;
  optional?: boolean;
  onChoose: (chosen: Chosen) => void;
}) {
  const { axes, chosen } = props;
  const options = [...axes].map(([key, axis]) => [key, textOf(axis)] as const);
  return (
    <div class="grid-axis">
      <SelectField
        label={props.name}
        value={chosen.key}
        options={props.optional ? [["", "None"], ...options] : options}
        onChoose={(key) => props.onChoose({ key, text: USUAL[axes.get(key)?.kind ?? "steps"] })}
      />
      {chosen.key !== "" && (
        <TextField
          label={`Values of ${props.name.toLowerCase()}`}
          hint="0, 0.5, 1 or 8-24 (+4)"
          fault={props.fault}
          value={chosen.text}
          onText={(text) => props.onChoose({ ...chosen, text })}
        />
      )}
    </div>
  );
}

const textOf = (axis: Axis) =>
  axis.kind === "strength"
    ? `Strength of ${axis.name}`
    : axis.kind.charAt(0).toUpperCase() + axis.kind.slice(1);

function axesOf(form: Form, known: Known): ReadonlyMap<string, Axis> {
  const strengths = form.members.map(({ ref }): [string, Axis] => [
    ref,
    { kind: "strength", ref, name: known.adapters.get(ref)?.title ?? ref },
  ]);
  return new Map<string, Axis>([
    ...strengths,
    ["steps", { kind: "steps" }],
    ["guidance", { kind: "guidance" }],
    ["seed", { kind: "seed" }],
  ]);
}

function readAxis(axes: ReadonlyMap<string, Axis>, { key, text }: Chosen, base: Base) {
  const axis = axes.get(key);
  if (!axis) return { found: null, fault: null };
  const values = valuesOf(text);
  const fault = values ? faultOf(axis, values, base) : "Write numbers with commas between, or a range.";
  return { found: values && fault === null ? { axis, values } : null, fault };
}
