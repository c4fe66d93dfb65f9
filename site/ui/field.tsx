// A labelled input with its hint and its error, associated for assistive technology; TextField and TextArea for plain text.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export interface Described {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean;
}

export function Field(props: {
  label: string;
  hint?: ComponentChildren;
  fault?: string | null;
  class?: string;
  children: (described: Described) => ComponentChildren;
}) {
  const id = useId();
  const fault = props.fault ?? null;
  const about = [props.hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div class={`field ${props.class ?? ""}`}>
      <label for={id}>{props.label}</label>
      {props.children({ id, "aria-describedby": about || undefined, "aria-invalid": fault !== null })}
      {props.hint && (
        <p class="hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      {fault && (
        <p class="fault" id={`${id}-fault`} role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}

interface Words {
  label: string;
  hint?: ComponentChildren;
  fault?: string | null;
  /** The class of the whole field. */
  class?: string;
  value: string;
  onText: (text: string) => void;
  required?: boolean;
  maxLength?: number;
  placeholder?: string;
}

/** One line of text. */
export function TextField(
  props: Words & {
    type?: "text" | "email" | "password" | "url";
    minLength?: number;
    autocomplete?: string;
  },
) {
  const { label, hint, fault, class: name, onText, type, ...input } = props;
  // Preact has a props type for each kind of input; these four have the same props.
  const kind = { type: type ?? "text" } as { type: "text" };
  return (
    <Field label={label} hint={hint} fault={fault ?? null} class={name ?? ""}>
      {(described) => (
        <input
          {...described}
          {...input}
          {...kind}
          class="input"
          onInput={(event) => onText(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** One of a few values. */
export function SelectField<T extends string>(props: {
  label: string;
  hint?: ComponentChildren;
  fault?: string | null;
  value: T;
  options: readonly (readonly [T, string])[];
  onChoose: (value: T) => void;
}) {
  const { label, hint, fault, value, options, onChoose } = props;
  return (
    <Field label={label} hint={hint} fault={fault ?? null}>
      {(described) => (
        <select
          {...described}
          class="input"
          value={value}
          onChange={(event) => onChoose(event.currentTarget.value as T)}
        >
          {options.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Several lines of text. */
export function TextArea(props: Words & { rows?: number }) {
  const { label, hint, fault, class: name, onText, ...area } = props;
  return (
    <Field label={label} hint={hint} fault={fault ?? null} class={name ?? ""}>
      {(described) => (
        <textarea
          {...described}
          {...area}
          class="input"
          onInput={(event) => onText(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
