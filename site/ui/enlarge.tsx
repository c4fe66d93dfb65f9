// Opens pictures in full size. Around a picture the whole picture is the button; without children it is an icon to put on a card.
// The pictures of a list of cards, or of any element with `data-pictures`, are one series in the order of the page.

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { FullPicture } from "./full-picture.ts";
import { Icon } from "./icon.tsx";

interface Series {
  pictures: readonly FullPicture[];
  at: number;
}

const SERIES = "[data-pictures], .card-grid, .mix-rows";
const seriesOf = new WeakMap<Element, Series>();

/** The viewer is loaded with the first picture that is opened. */
export async function showFullSize(pictures: readonly FullPicture[], at: number): Promise<void> {
  const { showPictures } = await import("./viewer.tsx");
  showPictures(pictures, at);
}

export function Enlarge(props: {
  pictures: readonly FullPicture[];
  /** The one that opens. */
  at?: number;
  children?: ComponentChildren;
}) {
  const { pictures, at = 0, children } = props;
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (button.current) seriesOf.set(button.current, { pictures, at });
  });
  const picture = pictures[at];
  if (!picture) return children;
  const name = `Enlarge: ${picture.title}`;
  return (
    <button
      type="button"
      ref={button}
      class={children ? "enlarge" : "icon-button enlarge-button"}
      aria-haspopup="dialog"
      aria-label={name}
      title={children ? undefined : "Enlarge"}
      onClick={() => {
        const { pictures: all, at: first } = neighboursOf(button.current);
        showFullSize(all, first);
      }}
    >
      {children}
      {children ? (
        <span class="enlarge-mark">
          <Icon name="enlarge" />
        </span>
      ) : (
        <Icon name="enlarge" />
      )}
    </button>
  );
}

function neighboursOf(button: Element | null): Series {
  const own = (button && seriesOf.get(button)) ?? { pictures: [], at: 0 };
  const around = button?.closest(SERIES);
  if (!around) return own;
  let [at, before] = [own.at, 0];
  const pictures = [...around.querySelectorAll("button")].flatMap((each) => {
    const series = seriesOf.get(each);
    if (each === button) at = before + own.at;
    before += series?.pictures.length ?? 0;
    return series?.pictures ?? [];
  });
  return { pictures, at };
}
