// Copies a text and announces it, also to screen readers.

import { useRef, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";

export function CopyButton(props: { text: () => string; label: string; class?: string; compact?: boolean }) {
  const [said, setSaid] = useState("");
  const timer = useRef(0);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.text());
      setSaid("Copied");
    } catch {
      setSaid("Copying was blocked");
    }
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setSaid(""), 2_000);
  };
  return (
    <button
      type="button"
      class={props.class ?? "button small"}
      onClick={copy}
      aria-label={props.compact ? props.label : undefined}
      title={props.compact ? props.label : undefined}
    >
      <Icon name={said === "Copied" ? "check" : "copy"} />
      {!props.compact && <span>{said || props.label}</span>}
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </button>
  );
}
