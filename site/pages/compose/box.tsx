// One member's box on the canvas: dragged by its body, resized by its corners, moved by arrow keys, resized by Shift and arrows,
// removed by Delete. Alt keeps it from snapping.

import { useRef, useState } from "preact/hooks";
import type { Region } from "../../api.ts";
import type { Mode } from "../../composition/form.ts";
import { type Canvas, type Corner, GRID_PIXELS, moveBy, resizeBy, spoken } from "../../composition/region.ts";
import { type Guides, NO_GUIDES, snapMove, snapResize } from "./snap.ts";

const CORNERS: readonly Corner[] = ["nw", "ne", "sw", "se"];
const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const MODE_KEYS: Record<string, Mode> = { m: "muted", s: "solo" };

interface Drag {
  corner: Corner | null;
  startX: number;
  startY: number;
  from: Region;
}

export interface BoxProps {
  name: string;
  index: number;
  region: Region;
  mode: Mode;
  /** Boxes of the other members, to snap to. */
  others: readonly Region[];
  canvas: Canvas;
  onChange: (region: Region) => void;
  onGuides: (guides: Guides) => void;
  onMode: (mode: Mode) => void;
  onRemove: () => void;
}

export function Box(props: BoxProps) {
  const { region, canvas, name, mode } = props;
  const drag = useDrag(props);
  const [said, setSaid] = useState("");
  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return;
    const arrow = ARROWS[event.key];
    const wanted = MODE_KEYS[event.key];
    if (!arrow && !wanted && event.key !== "Delete" && event.key !== "Backspace") return;
    event.preventDefault();
    event.stopPropagation();
    if (wanted) return props.onMode(mode === wanted ? "on" : wanted);
    if (!arrow) return props.onRemove();
    const dx = (arrow[0] * GRID_PIXELS) / canvas.width;
    const dy = (arrow[1] * GRID_PIXELS) / canvas.height;
    const next = event.shiftKey ? resizeBy(region, "se", { dx, dy }, canvas) : moveBy(region, dx, dy, canvas);
    props.onChange(next);
    setSaid(spoken(next));
  };
  const place = {
    left: `${region.x * 100}%`,
    top: `${region.y * 100}%`,
    width: `${region.width * 100}%`,
    height: `${region.height * 100}%`,
  };
  return (
    <div class={`region cast-${props.index % 6} ${mode}`} style={place}>
      <button
        type="button"
        class="region-body"
        data-box={props.index}
        aria-describedby="box-keys"
        onPointerDown={drag.start(null)}
        onPointerMove={drag.move}
        onPointerUp={drag.end}
        onPointerCancel={drag.end}
        onKeyDown={key}
      >
        <span class="region-label">
          <span class="cast-number">{props.index + 1}</span>
          <span class="region-name">{name}</span>
          {mode !== "on" && <span class="region-mode">{mode}</span>}
        </span>
        <span class="visually-hidden">{`Box: ${spoken(region)}`}</span>
      </button>
      {CORNERS.map((corner) => (
        <span
          key={corner}
          class={`region-corner ${corner}`}
          onPointerDown={drag.start(corner)}
          onPointerMove={drag.move}
          onPointerUp={drag.end}
          onPointerCancel={drag.end}
        />
      ))}
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </div>
  );
}

function useDrag({ region, others, canvas, onChange, onGuides }: BoxProps) {
  const drag = useRef<Drag | null>(null);
  const start = (corner: Corner | null) => (event: PointerEvent) => {
    // Shift draws a new box, also over this one.
    if (event.button !== 0 || event.shiftKey) return;
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
    if (dx === 0 && dy === 0) return;
    const { corner } = now;
    const next = corner ? resizeBy(now.from, corner, { dx, dy }, canvas) : moveBy(now.from, dx, dy, canvas);
    if (event.altKey) {
      onGuides(NO_GUIDES);
      return onChange(next);
    }
    const snapped = corner ? snapResize(next, corner, others, canvas) : snapMove(next, others, canvas);
    onGuides(snapped.guides);
    onChange(snapped.region);
  };
  const end = () => {
    drag.current = null;
    onGuides(NO_GUIDES);
  };
  return { start, move, end };
}
