// The keys of the compose page. With Ctrl or Cmd they work from anywhere, also from the prompt; plain characters only outside of fields.

import { useLayoutEffect, useRef } from "preact/hooks";
import { isTyping } from "../../ui/keys.ts";

export interface Shortcuts {
  generate: () => void;
  undo: () => void;
  redo: () => void;
  plain: Record<string, () => void>;
}

export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  // With the first render that shows the page: an effect would come after the paint, and a quick key before it would be lost.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      const act = actionOf(event, latest.current);
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

function actionOf(
  event: KeyboardEvent,
  { generate, undo, redo, plain }: Shortcuts,
): (() => void) | undefined {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "enter") return generate;
    if (key === "z") return event.shiftKey ? redo : undo;
    return key === "y" ? redo : undefined;
  }
  if (event.altKey || isTyping(event.target)) return undefined;
  return plain[key];
}
