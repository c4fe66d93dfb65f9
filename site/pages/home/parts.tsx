// The interactive parts of the home page: what people made, picks, the picture of three slots.

import { type ComponentChild, render } from "preact";
import { ThreeSlots } from "../../ui/three-slots.tsx";
import { Made } from "./made.tsx";
import { Picks } from "./picks.tsx";

const PARTS: Record<string, () => ComponentChild> = {
  slots: () => <ThreeSlots />,
  made: () => <Made />,
  picks: () => <Picks />,
};

export function mountParts(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-part]")) {
    const part = PARTS[place.dataset.part ?? ""];
    if (!part) continue;
    // The placeholder keeps the height until now.
    place.replaceChildren();
    render(part(), place);
  }
}
