// The button that loads the next page of a list. While it loads, and once everything is here, the keyboard keeps its place: a button that
// is disabled or gone would lose the focus.

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { List } from "./use-list.ts";

export function More(props: {
  list: Pick<List<unknown>, "more" | "waiting">;
  words?: string;
  small?: boolean;
  hint?: string | undefined;
  within?: RefObject<HTMLDivElement | null>;
}) {
  const { list, words = "Show more", small = false, hint, within } = props;
  const [isPressed, setPressed] = useState(false);
  if (!list.more) return isPressed && !list.waiting ? <End /> : null;
  const press = () => {
    if (list.waiting) return;
    setPressed(true);
    list.more?.();
  };
  return (
    <div class="list-more" {...(within && { ref: within })}>
      <button
        type="button"
        class={small ? "button small" : "button"}
        aria-disabled={list.waiting}
        onClick={press}
      >
        {list.waiting ? "Loading" : words}
      </button>
      {hint && <p class="hint">{hint}</p>}
    </div>
  );
}

/** Takes the focus of the button that has gone; not from where somebody went meanwhile. */
function End() {
  const text = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => {
    if (document.activeElement === document.body) text.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div class="list-more">
      <p class="quiet" tabIndex={-1} ref={text}>
        That is all.
      </p>
    </div>
  );
}
