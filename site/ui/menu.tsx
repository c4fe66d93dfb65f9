// A button that opens a small panel below it: a native popover, so that Escape and a click elsewhere close it.

import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";

export function Menu(props: {
  label: string;
  icon?: IconName;
  /** The button shows its label; else the label is for screen readers and the tooltip. */
  text?: string;
  class?: string;
  children: (close: () => void) => ComponentChildren;
}) {
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => panel.current?.hidePopover();
  /** Popovers are placed against the window: under the button, inside the screen. */
  const place = () => {
    const shown = panel.current;
    const at = button.current?.getBoundingClientRect();
    if (!shown || !at) return;
    const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - shown.offsetWidth - 8));
    shown.style.left = `${left}px`;
    shown.style.top = `${at.bottom + 6}px`;
    shown.style.maxHeight = `${Math.max(160, innerHeight - at.bottom - 20)}px`;
  };
  return (
    <>
      <button
        type="button"
        ref={button}
        class={props.class ?? "icon-button"}
        popovertarget={id}
        aria-label={
          props.text === props.label ? undefined : [props.label, props.text].filter(Boolean).join(": ")
        }
        title={props.label}
      >
        {props.icon && <Icon name={props.icon} />}
        {props.text && <span class="menu-text">{props.text}</span>}
        {props.text && <Icon name="chevron" />}
      </button>
      <div ref={panel} id={id} popover="auto" class="menu-panel" onToggle={place}>
        {props.children(close)}
      </div>
    </>
  );
}
