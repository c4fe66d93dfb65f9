// One numbered part of the publish form.

import type { ComponentChildren } from "preact";

export function Step(props: { number: number; title: string; children: ComponentChildren }) {
  return (
    <section class="step">
      <h2>
        <span class="step-number">{props.number}</span>
        {props.title}
      </h2>
      <div class="step-body">{props.children}</div>
    </section>
  );
}
