// Shared pictures as a part of another page: the newest, more on request, and the way to all of them.

import type { ComponentChildren } from "preact";
import { type PictureQuery, pictures, type SharedPicture } from "../api-pictures.ts";
import { CardSkeletons } from "./adapter-card.tsx";
import { More } from "./more.tsx";
import { FailureNotice } from "./notice.tsx";
import { PictureCard } from "./picture-card.tsx";
import { useList } from "./use-list.ts";

const SHOWN = 8;

export function PictureList(props: {
  query: PictureQuery;
  /** The id of one that stands on the page already. */
  without?: string;
  none: ComponentChildren;
}) {
  const { query, without, none } = props;
  const list = useList<SharedPicture>(JSON.stringify(query), (at) =>
    pictures.list({ ...query, limit: SHOWN, ...at }),
  );
  const shown = list.items.filter(({ id }) => id !== without);
  // The only one of the first page may be the picture that stands on the page already.
  const isBare = list.isEmpty || (list.items.length > 0 && !list.more && shown.length === 0);
  return (
    <>
      {list.failure && <FailureNotice failure={list.failure} again={list.again} />}
      {isBare && <p class="quiet">{none}</p>}
      <div class="mix-rows" aria-busy={list.waiting}>
        {shown.map((picture) => (
          <PictureCard key={picture.id} picture={picture} />
        ))}
        {list.waiting && list.items.length === 0 && <CardSkeletons count={4} mix />}
      </div>
      <More list={list} small />
    </>
  );
}
