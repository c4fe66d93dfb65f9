// The crop square of a picture, in its own pixels. Pure.

export interface Pixels {
  width: number;
  height: number;
}
export interface Crop {
  x: number;
  y: number;
  side: number;
}

/** A smaller crop would only be upscaled again. */
export const CROP_MIN_PIXELS = 64;

const clamp = (value: number, low: number, high: number) =>
  Math.min(Math.max(value, low), Math.max(low, high));

/** The largest square; near the top in tall pictures, because faces are. */
export function firstCrop({ width, height }: Pixels): Crop {
  const side = Math.min(width, height);
  return { x: Math.round((width - side) / 2), y: Math.round((height - side) * 0.2), side };
}

export function inside(crop: Crop, { width, height }: Pixels): Crop {
  const most = Math.min(width, height);
  const side = Math.round(clamp(crop.side, Math.min(CROP_MIN_PIXELS, most), most));
  return {
    x: Math.round(clamp(crop.x, 0, width - side)),
    y: Math.round(clamp(crop.y, 0, height - side)),
    side,
  };
}

export function movedBy(crop: Crop, dx: number, dy: number, pixels: Pixels): Crop {
  return inside({ ...crop, x: crop.x + dx, y: crop.y + dy }, pixels);
}

/** Changes the side and keeps the centre, as far as the picture reaches. */
export function scaledTo(crop: Crop, side: number, pixels: Pixels): Crop {
  const middle = { x: crop.x + crop.side / 2, y: crop.y + crop.side / 2 };
  const wanted = clamp(side, CROP_MIN_PIXELS, Math.min(pixels.width, pixels.height));
  return inside({ x: middle.x - wanted / 2, y: middle.y - wanted / 2, side: wanted }, pixels);
}
