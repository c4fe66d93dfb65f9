// Members of mixes and collections as the tray keeps them. Pure.

import { STRENGTH_DEFAULT } from "../../schema/contract/limits.ts";
import type { Adapter } from "../api.ts";
import type { MixMember } from "../api-mixes.ts";
import type { TrayItem } from "./tray-list.ts";

/** As the mix has them: that version, at that strength. */
export const itemsOfMix = (members: readonly MixMember[]): TrayItem[] =>
  members
    .filter(({ available }) => available)
    .map(({ ref, title, preview, strength }) => ({
      ref,
      title: title ?? ref,
      picture: preview?.url ?? null,
      strength,
    }));

export const itemsOfAdapters = (adapters: readonly (Adapter | null)[]): TrayItem[] =>
  adapters.flatMap((adapter) => {
    const version = adapter?.latest_version;
    if (!adapter || !version || adapter.state !== "published") return [];
    const { ref, title } = adapter;
    const picture = version.previews[0]?.url ?? null;
    return [{ ref, title, picture, strength: version.strength ?? STRENGTH_DEFAULT }];
  });
