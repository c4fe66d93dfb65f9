// A native modal dialog, as a side sheet or a box: the browser traps and restores the focus.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";

export function Dialog(props: {
  title: string;
  shape: "sheet" | "box";
  /** A box for pictures: as wide as the window allows. */
  wide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    const shown = dialog.current;
    // A click on the backdrop has the dialog element itself as target; anything else is inside it. Escape does the same by keyboard.
    const outside = (event: Event) => {
      if (event.target === shown) shown?.close();
    };
    shown?.addEventListener("click", outside);
    shown?.showModal();
    return () => shown?.removeEventListener("click", outside);
  }, []);
  // What had the focus may be gone with what the dialog showed before: then Tab and screen readers begin in the dialog again.
  useEffect(() => {
    if (dialog.current?.open && document.activeElement === document.body) dialog.current.focus();
  });
  return (
    <dialog
      ref={dialog}
      class={`${props.shape} ${props.wide ? "wide" : ""}`}
      aria-labelledby={title}
      onClose={props.onClose}
    >
      <div class="dialog-head">
        <h2 id={title}>{props.title}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </div>
      {props.children}
    </dialog>
  );
}
