// The canvas: the picture in its own proportions, with the members' boxes over it. Never stretches a picture.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Region } from "../../api.ts";
import { type Change, canvasOf, type Form, type Known } from "../../composition/form.ts";
import type { Canvas } from "../../composition/region.ts";
import { Box } from "./box.tsx";
import { type Guides, NO_GUIDES } from "./snap.ts";
import { useDraw } from "./use-draw.ts";

export function Stage(props: {
  form: Form;
  known: Known;
  /** The size of what is shown: of a picture its own, else the form's. */
  size: Canvas;
  /** The picture, a frame or the preview. */
  picture: ComponentChildren;
  boxes: boolean;
  onChange: (change: Change) => void;
  onDrawn: (region: Region) => void;
  children?: ComponentChildren;
}) {
  const { form, size } = props;
  const canvas = canvasOf(form.size);
  const [guides, setGuides] = useState<Guides>(NO_GUIDES);
  const regions = form.members.flatMap(({ region }) => region ?? []);
  const fits = size.width * canvas.height === size.height * canvas.width;
  const draw = useDraw(canvas, regions, props.onDrawn);
  return (
    <section
      class="mat"
      style={{ "--ratio": size.width / size.height }}
      aria-label={`Canvas, ${size.width} by ${size.height} pixels`}
    >
      <div
        class={`canvas ${fits ? "drawable" : ""}`}
        onPointerDown={fits ? draw.start : undefined}
        onPointerMove={draw.move}
        onPointerUp={draw.end}
        onPointerCancel={draw.cancel}
      >
        {props.picture}
        {props.boxes && fits && <Boxes {...props} canvas={canvas} onGuides={setGuides} />}
        {draw.region && <Outline region={draw.region} />}
        {guides.x.map((x) => (
          <span key={`x${x}`} class="guide across" style={{ left: `${x * 100}%` }} />
        ))}
        {guides.y.map((y) => (
          <span key={`y${y}`} class="guide down" style={{ top: `${y * 100}%` }} />
        ))}
        {props.children}
      </div>
      <p class="visually-hidden" id="box-keys">
        Arrow keys move it, Shift and arrow keys resize it, Delete removes the member, M mutes it, S solos it.
      </p>
    </section>
  );
}

function Boxes(props: {
  form: Form;
  known: Known;
  canvas: Canvas;
  onChange: (change: Change) => void;
  onGuides: (guides: Guides) => void;
}) {
  const { members } = props.form;
  return members.map(
    ({ ref, region, mode }, index) =>
      region && (
        <Box
          key={ref}
          name={props.known.adapters.get(ref)?.title ?? ref}
          index={index}
          region={region}
          mode={mode}
          others={members.flatMap((other) => (other.ref === ref ? [] : (other.region ?? [])))}
          canvas={props.canvas}
          onChange={(next) => props.onChange({ type: "region", ref, region: next })}
          onGuides={props.onGuides}
          onMode={(wanted) => props.onChange({ type: "mode", ref, mode: wanted })}
          onRemove={() => props.onChange({ type: "remove", ref })}
        />
      ),
  );
}

function Outline({ region }: { region: Region }) {
  const style = {
    left: `${region.x * 100}%`,
    top: `${region.y * 100}%`,
    width: `${region.width * 100}%`,
    height: `${region.height * 100}%`,
  };
  return <span class="drawn-box" style={style} />;
}
