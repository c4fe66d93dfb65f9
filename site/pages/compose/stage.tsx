// The canvas: boxes while composing, preview frames while the job runs, the picture when it is done.

import type { ComponentChildren } from "preact";
import type { Region } from "../../api.ts";
import { Box } from "./box.tsx";
import { calledBy, canvasOf, type Form, type Known } from "./form.ts";

/** Limits the height of wide canvases. Keys are width divided by height. */
const MAT_VH: Record<number, number> = { 1: 50, 2: 44, 3: 36 };

export interface Shown {
  src: string;
  alt: string;
  preview: boolean;
}

export function Stage(props: {
  form: Form;
  known: Known;
  shown: Shown | null;
  boxes: boolean;
  onRegion: (ref: string, region: Region) => void;
  children?: ComponentChildren;
}) {
  const { form, shown } = props;
  const canvas = canvasOf(form.size);
  return (
    <section
      class="mat"
      style={{
        "--mat-height": `${MAT_VH[Math.round(canvas.width / canvas.height)] ?? 46}vh`,
        "--ratio": canvas.width / canvas.height,
      }}
      aria-label={`Canvas, ${canvas.width} by ${canvas.height} pixels`}
    >
      <div
        class={`canvas ${shown ? "filled" : ""}`}
        style={{
          aspectRatio: `${canvas.width} / ${canvas.height}`,
          width: `min(100cqw, calc(100cqh * ${canvas.width / canvas.height}))`,
        }}
      >
        {shown && <img class={shown.preview ? "frame" : ""} src={shown.src} alt={shown.alt} />}
        {props.boxes &&
          form.members.map(
            ({ ref, region }, index) =>
              region && (
                <Box
                  key={ref}
                  name={props.known.adapters.get(ref)?.title ?? ref}
                  label={calledBy(form.members, props.known).get(ref) ?? ref}
                  index={index}
                  region={region}
                  canvas={canvas}
                  onChange={(next) => props.onRegion(ref, next)}
                />
              ),
          )}
        {props.children}
      </div>
      <p class="mat-size" aria-hidden="true">
        {canvas.width} × {canvas.height}
      </p>
    </section>
  );
}
