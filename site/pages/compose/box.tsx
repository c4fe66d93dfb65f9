// One member's box on the canvas: dragged by its body, resized by its corners, moved by arrow keys, resized by Shift and arrows.

import { useRef, useState } from "preact/hooks";
import type { Region } from "../../api.ts";
import { type Canvas, type Corner, GRID_PIXELS, moveBy, resizeBy, spoken } from "./region.ts";

const CORNERS: readonly Corner[] = ["nw", "ne", "sw", "se"];
const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Drag {
  corner: Corner | null;
  startX: number;
  startY: number;
  from: Region;
}

export function Box(props: {
  name: string;
  label: string;
  index: number;
  region: Region;
  canvas: Canvas;
  onChange: (region: Region) => void;
}) {
  const { region, canvas } = props;
  const drag = useRef<Drag | null>(null);
  const [said, setSaid] = useState("");

  const start = (corner: Corner | null) => (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    drag.current = { corner, startX: event.clientX, startY: event.clientY, from: region };
  };
  const move = (event: PointerEvent) => {
    const now = drag.current;
    const frame = (event.currentTarget as Element).closest(".canvas")?.getBoundingClientRect();
    if (!now || !frame) return;
    const dx = (event.clientX - now.startX) / frame.width;
    const dy = (event.clientY - now.startY) / frame.height;
    props.onChange(
      now.corner ? resizeBy(now.from, now.corner, dx, dy, canvas) : moveBy(now.from, dx, dy, canvas),
    );
  };
  const end = () => {
    drag.current = null;
  };
  const key = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const dx = (arrow[0] * GRID_PIXELS) / canvas.width;
    const dy = (arrow[1] * GRID_PIXELS) / canvas.height;
    const next = event.shiftKey ? resizeBy(region, "se", dx, dy, canvas) : moveBy(region, dx, dy, canvas);
    props.onChange(next);
    setSaid(spoken(next));
  };

  return (
    <div
      class={`region cast-${props.index % 6}`}
      style={{
        left: `${region.x * 100}%`,
        top: `${region.y * 100}%`,
        width: `${region.width * 100}%`,
        height: `${region.height * 100}%`,
      }}
    >
      <button
        type="button"
        class="region-body"
        aria-label={`Box of ${props.name}: ${spoken(region)}. Arrow keys move it, Shift and arrow keys resize it.`}
        onPointerDown={start(null)}
        onPointerMove={move}
        onPointerUp={end}
        onPointerCancel={end}
        onKeyDown={key}
      >
        <span class="region-label">
          <span class="cast-number">{props.index + 1}</span>
          {props.label}
        </span>
      </button>
      {CORNERS.map((corner) => (
        <span
          key={corner}
          class={`region-corner ${corner}`}
          onPointerDown={start(corner)}
          onPointerMove={move}
          onPointerUp={end}
          onPointerCancel={end}
        />
      ))}
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </div>
  );
}
