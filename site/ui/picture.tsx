// A picture in a box of fixed aspect ratio: skeleton while it loads, text where it is missing, no layout shift.

import { useState } from "preact/hooks";

export interface PictureProps {
  src: string | null;
  alt: string;
  width?: number;
  height?: number;
  class?: string;
  eager?: boolean;
}

export function Picture({ src, alt, width = 1, height = 1, class: name = "", eager = false }: PictureProps) {
  const [state, setState] = useState({ src, seen: "" as "" | "loaded" | "missing" });
  const seen = state.src === src ? state.seen : "";
  const missing = src === null || seen === "missing";
  return (
    <span
      class={`picture ${missing ? "missing" : seen} ${name}`}
      style={{ aspectRatio: `${width} / ${height}` }}
    >
      {missing ? (
        <span class="picture-missing" role="img" aria-label={alt}>
          {src === null ? "No picture yet" : "The picture could not be loaded"}
        </span>
      ) : (
        <img
          src={src}
          alt={alt}
          loading={eager ? "eager" : "lazy"}
          decoding="async"
          ref={(img) => {
            // A cached picture may be complete before the load handler is attached.
            if (img?.complete && img.naturalWidth > 0 && seen === "") setState({ src, seen: "loaded" });
          }}
          onLoad={() => setState({ src, seen: "loaded" })}
          onError={() => setState({ src, seen: "missing" })}
        />
      )}
    </span>
  );
}
