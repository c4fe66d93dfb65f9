// A picture in a box of fixed aspect ratio: skeleton while it loads, text where it is missing, no layout shift. Pictures of the API are
// requested in the size in which they are shown.

import { useState } from "preact/hooks";
import { sourcesOf } from "./picture-sources.ts";

export interface PictureProps {
  src: string | null;
  alt: string;
  width?: number;
  height?: number;
  class?: string;
  eager?: boolean;
  /** How wide it is shown, as of `sizes` in HTML. Browsers that measure it themselves do not need it. */
  sizes?: string;
}

const CARD = "(max-width: 40rem) 48vw, 18rem";

export function Picture(props: PictureProps) {
  const { src, alt, width = 1, height = 1, class: name = "", eager = false, sizes = CARD } = props;
  const [state, setState] = useState({ src, seen: "" as "" | "loaded" | "missing" });
  const seen = state.src === src ? state.seen : "";
  const missing = src === null || seen === "missing";
  return (
    <span
      class={`picture ${missing ? "missing" : seen} ${name}`}
      style={{ aspectRatio: `${width} / ${height}` }}
    >
      {missing ? (
        <Missing alt={alt} text={src === null ? "No picture yet" : "The picture could not be loaded"} />
      ) : (
        <img
          {...sourcesOf(src, eager ? sizes : `auto, ${sizes}`)}
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

/** A picture without a description is decoration, so its placeholder has no text either. */
function Missing({ alt, text }: { alt: string; text: string }) {
  if (alt === "") return <span class="picture-missing" aria-hidden="true" />;
  return (
    <span class="picture-missing" role="img" aria-label={alt}>
      {text}
    </span>
  );
}
