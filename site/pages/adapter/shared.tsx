// Pictures that people made with an adapter and chose to show.

import type { Adapter } from "../../api.ts";
import { PictureList } from "../../ui/picture-list.tsx";
import { picturesWith } from "../../ui/shared-picture.ts";

export function Shared({ adapter }: { adapter: Adapter }) {
  return (
    <section class="adapter-section">
      <h2>{`Pictures with ${adapter.title}`}</h2>
      <p class="quiet">
        Made by people who chose to show them. <a href={picturesWith(adapter.ref)}>All of them</a>
      </p>
      <PictureList
        query={{ adapter: adapter.ref }}
        none={
          <>
            Nobody has shared one yet. <a href={`/compose/#a=${adapter.ref}`}>Make one</a> and press Share.
          </>
        }
      />
    </section>
  );
}
