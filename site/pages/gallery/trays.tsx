// The tray of the composition in every state, in the page instead of at the edge of the window.

import { TrayBar } from "../../ui/tray.tsx";
import type { TrayItem } from "../../ui/tray-list.ts";

const people = (count: number, picture: string | null): TrayItem[] =>
  Array.from({ length: count }, (_, i) => ({
    ref: `o/person-${i + 1}`,
    title: `Person ${i + 1}`,
    picture,
    strength: 1,
  }));
const nothing = () => {};

export function Trays() {
  return (
    <div class="gallery-trays">
      <TrayBar
        label="A tray whose others are counted"
        items={people(1, "/favicon.svg")}
        others={null}
        onRemove={nothing}
        onHide={nothing}
      />
      <TrayBar
        label="A tray with nobody else"
        items={people(2, null)}
        others={0}
        onRemove={nothing}
        onHide={nothing}
      />
      <TrayBar
        label="A tray with one other"
        items={people(3, "/favicon.svg")}
        others={1}
        onRemove={nothing}
        onHide={nothing}
      />
      <TrayBar
        label="A tray of many"
        items={people(9, "/favicon.svg")}
        others={23}
        onRemove={nothing}
        onHide={nothing}
      />
    </div>
  );
}
