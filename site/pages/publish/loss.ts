// Parses the loss from a training's progress messages, and plots it. Pure.

import type { Reading } from "../../ui/use-job.ts";

export interface LossPoint {
  step: number;
  loss: number;
}

/** `training, loss 0.053` -> 0.053. Messages without a loss (fetching, uploading) give nothing. */
export function lossPoints(readings: readonly Reading[]): LossPoint[] {
  return readings.flatMap(({ step, message }) => {
    const found = /\bloss[ :=]*(\d+(?:\.\d+)?(?:e-?\d+)?)/i.exec(message);
    return found ? [{ step, loss: Number(found[1]) }] : [];
  });
}

/** A trailing moving average, because single steps are noisy. */
export function smoothed(points: readonly LossPoint[], width: number): LossPoint[] {
  return points.map(({ step }, i) => {
    const near = points.slice(Math.max(0, i - width + 1), i + 1);
    return { step, loss: near.reduce((sum, point) => sum + point.loss, 0) / near.length };
  });
}

/** An SVG path in a box of the given size; steps run to `total`, the highest loss touches the top. */
export function pathOf(points: readonly LossPoint[], total: number, width: number, height: number): string {
  const most = Math.max(...points.map((point) => point.loss), Number.EPSILON);
  const round = (value: number) => Math.round(value * 10) / 10;
  return points
    .map(({ step, loss }, i) => {
      const x = round((step / Math.max(1, total)) * width);
      const y = round(height - (loss / most) * height);
      return `${i === 0 ? "M" : "L"}${x} ${y}`;
    })
    .join("");
}
