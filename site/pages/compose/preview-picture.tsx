// The preview's pixels on the canvas.

import { useEffect, useRef } from "preact/hooks";
import type { Pixels } from "../../preview/messages.ts";

export function PreviewPicture({
  pixels,
  finished,
  prompt,
}: {
  pixels: Pixels;
  finished: boolean;
  prompt: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current
      ?.getContext("2d")
      ?.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
  }, [pixels]);
  return (
    <canvas
      ref={canvas}
      class={`preview-picture ${finished ? "" : "frame"}`}
      width={pixels.width}
      height={pixels.height}
      role="img"
      aria-label={`${finished ? "Preview" : "Unfinished preview"} of: ${prompt}`}
    />
  );
}
