// Keyboard shortcuts of the moderation queue. Pure.

import type { Decision } from "../../api-moderation.ts";

export type Command =
  | { do: "next" }
  | { do: "previous" }
  | { do: "reveal" }
  | { do: "help" }
  | { do: "decide"; decision: Decision };

/** The key of each decision; two decisions may share a key if a target never allows both. */
const KEYS: Record<string, readonly Decision[]> = {
  d: ["dismiss"],
  r: ["remove", "restore"],
  t: ["rate"],
  h: ["hide", "unhide"],
  s: ["suspend", "unsuspend"],
};

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
    case "?":
      return { do: "help" };
    default: {
      const decision = KEYS[press.key]?.find((one) => open.includes(one));
      return decision ? { do: "decide", decision } : null;
    }
  }
}
