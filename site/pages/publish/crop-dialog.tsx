// Crops a picture to a square: drag it, or use arrow keys; the slider sets its size.

import { useEffect, useRef, useState } from "preact/hooks";
import { Dialog } from "../../ui/dialog.tsx";
import { Range } from "../../ui/range.tsx";
import { CROP_MIN_PIXELS, type Crop, movedBy, scaledTo } from "./crop.ts";
import type { Chosen } from "./pictures.ts";
import "./crop.css";

const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function CropDialog(props: {
  picture: Chosen;
  hint?: string;
  onCrop: (crop: Crop) => void;
  onClose: () => void;
}) {
  const { bitmap } = props.picture;
  const [crop, setCrop] = useState(props.picture.crop);
  const canvas = useRef<HTMLCanvasElement>(null);
  const drag = useRef<{ x: number; y: number; from: Crop } | null>(null);
  const { width, height } = bitmap;
  const most = Math.min(width, height);

  useEffect(() => {
    canvas.current?.getContext("2d")?.drawImage(bitmap, 0, 0);
  }, [bitmap]);

  const move = (event: PointerEvent) => {
    const frame = canvas.current?.getBoundingClientRect();
    if (!drag.current || !frame) return;
    const scale = width / frame.width;
    const { x, y, from } = drag.current;
    setCrop(movedBy(from, (event.clientX - x) * scale, (event.clientY - y) * scale, bitmap));
  };
  const end = () => {
    drag.current = null;
  };

  return (
    <Dialog title="Cut to a square" shape="box" onClose={props.onClose}>
      <p class="quiet">{props.hint ?? "The face should fill most of the square."}</p>
      <div class="cropper" style={{ aspectRatio: `${width} / ${height}` }}>
        <canvas ref={canvas} width={width} height={height} />
        <button
          type="button"
          class="crop-square"
          aria-label="Square. Arrow keys move it."
          style={{
            left: `${(crop.x / width) * 100}%`,
            top: `${(crop.y / height) * 100}%`,
            width: `${(crop.side / width) * 100}%`,
            height: `${(crop.side / height) * 100}%`,
          }}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            drag.current = { x: event.clientX, y: event.clientY, from: crop };
          }}
          onPointerMove={move}
          onPointerUp={end}
          onPointerCancel={end}
          onKeyDown={(event) => {
            const arrow = ARROWS[event.key];
            if (!arrow) return;
            event.preventDefault();
            setCrop(movedBy(crop, arrow[0] * most * 0.02, arrow[1] * most * 0.02, bitmap));
          }}
        />
      </div>
      <div class="crop-size">
        <span aria-hidden="true">Size</span>
        <Range
          aria-label="Size of the square"
          min={Math.min(CROP_MIN_PIXELS, most)}
          max={most}
          value={crop.side}
          onValue={(side) => setCrop(scaledTo(crop, side, bitmap))}
        />
      </div>
      <div class="actions">
        <button type="button" class="button primary" onClick={() => props.onCrop(crop)}>
          Use this square
        </button>
        <button type="button" class="button" onClick={props.onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
