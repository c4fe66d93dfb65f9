// Compares two pictures: one over the other with a slider, or their difference.

import { useState } from "preact/hooks";
import { shortened } from "../../../schema/contract/cut-text.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField } from "../../ui/field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import type { Result } from "../../workspace/document.ts";
import { imageAlt } from "./result.tsx";
import { StoredPicture } from "./stored-picture.tsx";

const WAYS = [
  ["slider", "Slider"],
  ["difference", "Difference"],
  ["beside", "Side by side"],
] as const;

/** `others` have the size of `first`, newest first. */
export function CompareDialog(props: { first: Result; others: readonly Result[]; onClose: () => void }) {
  const { first, others } = props;
  const [way, setWay] = useState<(typeof WAYS)[number][0]>("slider");
  const [id, setId] = useState(others[0]?.image.id ?? "");
  const [share, setShare] = useState(0.5);
  const second = others.find(({ image }) => image.id === id) ?? others[0];
  if (!second) return null;
  const { width, height } = first.image;
  return (
    <Dialog title="Compare" shape="box" wide onClose={props.onClose}>
      <div class="compare-tools">
        <Segmented label="How" value={way} options={WAYS} onChange={setWay} />
        <SelectField
          label="With"
          value={second.image.id}
          options={others.map((each) => [each.image.id, nameOf(each)] as const)}
          onChoose={setId}
        />
      </div>
      <div
        class={`compare ${way}`}
        style={{ "--ratio": (way === "beside" ? 2 : 1) * (width / height), "--share": `${share * 100}%` }}
      >
        <StoredPicture image={first.image} alt={`Left: ${imageAlt(first)}`} />
        <StoredPicture image={second.image} alt={`Right: ${imageAlt(second)}`} class="second" />
        {way === "slider" && <span class="compare-line" />}
      </div>
      {way === "slider" && (
        <input
          type="range"
          class="compare-range"
          aria-label="Where the second picture begins"
          min={0}
          max={100}
          value={share * 100}
          style={{ "--filled": share }}
          onInput={(event) => setShare(Number(event.currentTarget.value) / 100)}
        />
      )}
      {way === "difference" && <p class="hint">Black where both are the same.</p>}
    </Dialog>
  );
}

function nameOf({ image, place, order }: Result): string {
  const what = place ? [place.x, place.y].filter(Boolean).join(", ") || place.title : "";
  return [what, `seed ${image.seed ?? "unknown"}`, shortened(order.request.prompt, 40)]
    .filter(Boolean)
    .join(" · ");
}
