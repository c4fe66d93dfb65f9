// The loss of a running training as a line, with its latest value in words.

import { type LossPoint, pathOf, smoothed } from "./loss.ts";

const WIDTH = 320;
const HEIGHT = 96;
const SMOOTHING = 5;

export function LossLine({ points, total }: { points: readonly LossPoint[]; total: number }) {
  const line = smoothed(points, SMOOTHING);
  const last = line.at(-1);
  return (
    <figure class="loss">
      <figcaption>
        <span class="quiet">Loss</span>
        <strong class="numbers">{last ? last.loss.toFixed(3) : "not yet"}</strong>
      </figcaption>
      <svg
        viewBox={`0 -4 ${WIDTH} ${HEIGHT + 8}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={last ? `Loss ${last.loss.toFixed(3)} at step ${last.step}` : "No loss yet"}
      >
        {[0, 0.5, 1].map((y) => (
          <line key={y} class="loss-rule" x1="0" x2={WIDTH} y1={y * HEIGHT} y2={y * HEIGHT} />
        ))}
        <path class="loss-raw" d={pathOf(points, total, WIDTH, HEIGHT)} />
        <path class="loss-line" d={pathOf(line, total, WIDTH, HEIGHT)} />
      </svg>
    </figure>
  );
}
