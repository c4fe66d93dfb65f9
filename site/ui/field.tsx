// A labelled input with its hint and its fault, tied together for assistive technology.

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
