// Keys of the moderators' desk, for who decides on many things in a row. Pure.

import type { Decision } from "../../api-moderation.ts";

export type Command =
  | { do: "next" }
  | { do: "previous" }
  | { do: "reveal" }
  | { do: "help" }
  | { do: "decide"; decision: Decision };

/** The letter of each decision; one letter may mean two, of which a target allows only one at a time. */
const LETTERS: Record<string, readonly Decision[]> = {
  d: ["dismiss"],
  r: ["remove", "restore"],
  t: ["rate"],
  h: ["hide", "unhide"],
  s: ["suspend", "unsuspend"],
};

export const letterOf = (decision: Decision): string =>
  Object.entries(LETTERS).find(([, all]) => all.includes(decision))?.[0] ?? "";

export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** What a key means while these decisions are open; null where it means nothing, or belongs to the browser. */
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
      const decision = LETTERS[press.key]?.find((one) => open.includes(one));
      return decision ? { do: "decide", decision } : null;
    }
  }
}
