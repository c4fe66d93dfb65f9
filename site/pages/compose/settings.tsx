// Advanced settings, as the base has them: negative prompt, sampler, sides, seed, steps, guidance and count.

import { nearestSide } from "../../../functions/lib/base-sizes.ts";
import { PROMPT_MAX_CHARACTERS, SEED_MAX } from "../../../schema/contract/limits.ts";
import type { Base } from "../../api.ts";
import { canvasOf, type Form, type Priority, sizeOf } from "../../composition/form.ts";
import type { Canvas } from "../../composition/region.ts";
import { type Failure, faultAt } from "../../failure.ts";
import { Field, SelectField, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Range } from "../../ui/range.tsx";

type Values = Partial<
  Pick<Form, "negative" | "seed" | "steps" | "guidance" | "sampler" | "count" | "priority">
>;

const COUNT_SHOWN_MAX = 8;
const PRIORITIES: readonly (readonly [Priority, string])[] = [
  ["low", "Low: half the credits, when nothing else waits"],
  ["normal", "Normal"],
  ["high", "High: twice the credits, before your other jobs"],
];
const wholeOrNull = (text: string) => (text === "" || !Number.isInteger(Number(text)) ? null : Number(text));

export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

export function Settings(props: {
  form: Form;
  base: Base;
  failure: Failure | null;
  onSet: (values: Values) => void;
  onSize: (size: string) => void;
}) {
  const { form, base, failure, onSet } = props;
  return (
    <details class="more">
      <summary>
        More: seed, steps, guidance, count
        <span class="quiet">{summaryOf(form, base)}</span>
      </summary>
      <div class="more-grid">
        {base.prompt.negative && (
          <TextField
            label="Leave out"
            class="wide"
            hint="Words for what must not be in the picture."
            fault={faultAt(failure, "/negative_prompt")}
            maxLength={PROMPT_MAX_CHARACTERS}
            value={form.negative}
            onText={(text) => onSet({ negative: text })}
          />
        )}
        {base.samplers.names.length > 1 && (
          <SelectField
            label="Sampler"
            fault={faultAt(failure, "/sampler")}
            value={form.sampler ?? base.samplers.default}
            options={base.samplers.names.map((name) => [name, name] as const)}
            onChoose={(sampler) => onSet({ sampler })}
          />
        )}
        {base.size_range && (
          <Sides size={canvasOf(form.size)} range={base.size_range} failure={failure} onSize={props.onSize} />
        )}
        <Field label="Seed" hint="The same seed gives the same picture." fault={faultAt(failure, "/seed")}>
          {(described) => (
            <div class="with-button">
              <input
                {...described}
                class="input numbers"
                type="number"
                min={0}
                max={SEED_MAX}
                placeholder="random"
                value={form.seed ?? ""}
                onInput={(event) => onSet({ seed: wholeOrNull(event.currentTarget.value) })}
              />
              <button
                type="button"
                class="button"
                aria-label={form.seed === null ? "Choose a seed" : "Back to a random seed"}
                onClick={() => onSet({ seed: form.seed === null ? randomSeed() : null })}
              >
                <Icon name={form.seed === null ? "dice" : "close"} />
              </button>
            </div>
          )}
        </Field>
        <Field label={`Steps: ${form.steps ?? base.steps.default}`} fault={faultAt(failure, "/steps")}>
          {(described) => (
            <Range
              {...described}
              min={Math.max(4, base.steps.min)}
              max={Math.min(60, base.steps.max)}
              value={form.steps ?? base.steps.default}
              onValue={(steps) => onSet({ steps })}
            />
          )}
        </Field>
        <Field
          label={`Guidance: ${(form.guidance ?? base.guidance.default).toFixed(1)}`}
          hint="Higher follows the words more strictly."
          fault={faultAt(failure, "/guidance")}
        >
          {(described) => (
            <Range
              {...described}
              min={base.guidance.min}
              max={Math.min(Math.max(8, 2 * base.guidance.default), base.guidance.max)}
              step={0.1}
              value={form.guidance ?? base.guidance.default}
              onValue={(guidance) => onSet({ guidance })}
            />
          )}
        </Field>
        <Field
          label={`Pictures: ${form.count}`}
          hint="Each further one uses the next seed."
          fault={faultAt(failure, "/count")}
        >
          {(described) => (
            <Range
              {...described}
              min={1}
              max={Math.min(COUNT_SHOWN_MAX, base.count.max)}
              value={form.count}
              onValue={(count) => onSet({ count })}
            />
          )}
        </Field>
        <SelectField
          label="Priority"
          value={form.priority ?? "normal"}
          options={PRIORITIES}
          onChoose={(priority) => onSet({ priority })}
        />
      </div>
    </details>
  );
}

/** Any size of a base that has a range. What is typed becomes the nearest that it generates. */
function Sides(props: {
  size: Canvas;
  range: NonNullable<Base["size_range"]>;
  failure: Failure | null;
  onSize: (size: string) => void;
}) {
  const { size, range, failure, onSize } = props;
  const side = (name: "width" | "height", other: "width" | "height", label: string) => (
    <Field label={label} fault={faultAt(failure, "/size")}>
      {(described) => (
        <input
          {...described}
          {...range[name]}
          class="input numbers"
          type="number"
          value={size[name]}
          onChange={(event) => {
            const typed = Number(event.currentTarget.value);
            const taken = nearestSide(range, name, Number.isFinite(typed) ? typed : 0, size[other]);
            event.currentTarget.value = String(taken);
            onSize(sizeOf({ ...size, [name]: taken }));
          }}
        />
      )}
    </Field>
  );
  return (
    <>
      {side("width", "height", "Width")}
      {side("height", "width", "Height")}
    </>
  );
}

function summaryOf(form: Form, base: Base): string {
  const seed = form.seed === null ? "random seed" : `seed ${form.seed}`;
  return `${seed}, ${form.steps ?? base.steps.default} steps, ×${form.count}`;
}
