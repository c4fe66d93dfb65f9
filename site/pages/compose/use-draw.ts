// Drawing a box on the empty canvas by pointer; the member that is added next gets it.

import { useRef, useState } from "preact/hooks";
import type { Region } from "../../api.ts";
import type { Canvas } from "../../composition/region.ts";
import { drawn, snapResize } from "./snap.ts";

interface Point {
  x: number;
  y: number;
}

const pointOf = (event: PointerEvent): Point => {
  const frame = (event.currentTarget as Element).getBoundingClientRect();
  return { x: (event.clientX - frame.left) / frame.width, y: (event.clientY - frame.top) / frame.height };
};

export function useDraw(
  canvas: Canvas,
  others: readonly Region[],
  onDrawn: (region: Region) => void,
): {
  region: Region | null;
  start: (event: PointerEvent) => void;
  move: (event: PointerEvent) => void;
  end: () => void;
  cancel: () => void;
} {
  const from = useRef<Point | null>(null);
  const [region, setRegion] = useState<Region | null>(null);
  const start = (event: PointerEvent) => {
    const isControl = (event.target as Element).closest("button, a, .region-corner") !== null;
    if (event.button !== 0 || (isControl && !event.shiftKey)) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    from.current = pointOf(event);
  };
  const move = (event: PointerEvent) => {
    if (!from.current) return;
    const to = pointOf(event);
    const raw = drawn(from.current, to, canvas);
    const corner =
      to.x < from.current.x ? (to.y < from.current.y ? "nw" : "sw") : to.y < from.current.y ? "ne" : "se";
    setRegion(raw && (event.altKey ? raw : snapResize(raw, corner, others, canvas).region));
  };
  const cancel = () => {
    from.current = null;
    setRegion(null);
  };
  const end = () => {
    const done = region;
    cancel();
    if (done) onDrawn(done);
  };
  return { region, start, move, end, cancel };
}
