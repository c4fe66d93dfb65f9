// The picture of a mix: the cover that its owner chose, else the members' portraits side by side.

import type { Mix } from "../api-mixes.ts";
import { hasOwnCover, PORTRAITS_SHOWN } from "./cover-choice.ts";
import { Picture } from "./picture.tsx";

/** `width` and `height` set the frame's aspect ratio; `free` lets portraits keep theirs. */
export function MixCover(props: {
  mix: Mix;
  width: number;
  height: number;
  class: string;
  eager?: boolean;
  free?: boolean;
  sizes?: string;
}) {
  const { mix, width, height } = props;
  const people = mix.members.map(({ title, ref }) => title ?? ref).join(", ");
  const alt = `${mix.title}: ${people}`;
  const portraits = mix.members.flatMap(({ preview }) => (preview ? [preview] : []));
  if (hasOwnCover(mix) || portraits.length < 2) {
    const src = mix.cover?.url ?? null;
    return <Picture {...props} src={src} alt={alt} />;
  }
  const shown = portraits.slice(0, PORTRAITS_SHOWN);
  const ratio = props.free ? `${shown.length} / 1` : `${width} / ${height}`;
  return (
    <div class={`portraits ${props.class}`} role="img" aria-label={alt} style={{ aspectRatio: ratio }}>
      {shown.map((preview) => (
        <Picture key={preview.id} src={preview.url} alt="" eager={props.eager ?? false} />
      ))}
    </div>
  );
}
