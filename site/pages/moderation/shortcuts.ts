// Keyboard shortcuts of the moderation queue. Pure.

import type { Decision } from "../../api-moderation.ts";

export type Command =
  | { do: "next" }
  | { do: "previous" }
  | { do: "reveal" }
  | { do: "decide"; decision: Decision };

/** The key of each decision; two decisions may share a key if a target never allows both. */
const KEYS: Record<string, readonly Decision[]> = {
  d: ["dismiss"],
  r: ["remove", "restore"],
  t: ["rate"],
  h: ["hide", "unhide"],
  s: ["suspend", "unsuspend"],
};

/** As the list of keys shows them. */
export const KEY_ROWS = [
  { keys: "j", does: "Next thing" },
  { keys: "k", does: "Thing before" },
  { keys: "p", does: "Show or blur its pictures" },
  { keys: "d", does: "Dismiss its reports" },
  { keys: "r", does: "Remove or restore it" },
  { keys: "t", does: "Rate it" },
  { keys: "h", does: "Hide a comment, or show it again" },
  { keys: "s", does: "Suspend an account, or lift that" },
  { keys: "Ctrl + Enter", does: "Send the decision, while writing the reason" },
] as const;

export const keyOf = (decision: Decision): string =>
  Object.entries(KEYS).find(([, all]) => all.includes(decision))?.[0] ?? "";

export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** The command of a key while these decisions are allowed; null where it has none, or belongs to the browser. */
export function commandOf(press: Press, open: readonly Decision[]): Command | null {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  switch (press.key) {
    case "j":
      return { do: "next" };
    case "k":
      return { do: "previous" };
    case "p":
      return { do: "reveal" };
    default: {
      const decision = KEYS[press.key]?.find((one) => open.includes(one));
      return decision ? { do: "decide", decision } : null;
    }
  }
}
