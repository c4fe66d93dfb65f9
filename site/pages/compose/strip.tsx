// The results of a workspace, newest first: they are kept until they are deleted. Waiting and running jobs come first.

import { useState } from "preact/hooks";
import { Icon } from "../../ui/icon.tsx";
import { editOf, type Result, resultsIn, type Workspace } from "../../workspace/document.ts";
import type { Live } from "../../workspace/use-jobs.ts";
import { PendingTile } from "./pending-tile.tsx";
import { imageAlt } from "./result.tsx";
import { StoredPicture } from "./stored-picture.tsx";
import { StripMenu } from "./strip-menu.tsx";

export function Strip(props: {
  workspace: Workspace;
  live: ReadonlyMap<string, Live>;
  onShow: (id: string | null) => void;
  onDismiss: (job: string) => void;
  onRemove: (ids: readonly string[]) => void;
}) {
  const { workspace, onShow } = props;
  const results = resultsIn(workspace);
  const { favourites } = editOf(workspace);
  const [starred, setStarred] = useState(false);
  const listed = results.filter(({ image }) => !starred || favourites.includes(image.id));
  if (results.length === 0 && workspace.pending.length === 0) return null;
  return (
    <section class="strip" aria-label="Results">
      <ol>
        <li>
          <button
            type="button"
            class="strip-tile strip-edit"
            aria-pressed={workspace.shown === null}
            onClick={() => onShow(null)}
          >
            <Icon name="boxes" />
            <span>Compose</span>
          </button>
        </li>
        {workspace.pending.map((each) => (
          <li key={each.generation.id}>
            <PendingTile
              pending={each}
              frame={props.live.get(each.generation.id)?.frame ?? null}
              onShow={() => onShow(null)}
              onDismiss={() => props.onDismiss(each.generation.id)}
            />
          </li>
        ))}
        {[...listed].reverse().map((result) => (
          <li key={result.image.id}>
            <Tile
              result={result}
              shown={workspace.shown === result.image.id}
              favourite={favourites.includes(result.image.id)}
              onShow={() => onShow(result.image.id)}
            />
          </li>
        ))}
      </ol>
      <StripMenu
        workspace={workspace}
        results={results}
        onRemove={props.onRemove}
        onlyFavourites={starred}
        onOnlyFavourites={setStarred}
      />
    </section>
  );
}

function Tile(props: { result: Result; shown: boolean; favourite: boolean; onShow: () => void }) {
  const { result } = props;
  const { place } = result;
  const where = place ? [place.x, place.y].filter(Boolean).join(", ") : "";
  return (
    <button
      type="button"
      class="strip-tile"
      aria-pressed={props.shown}
      aria-label={`${imageAlt(result)}${where && `. ${where}`}${props.favourite ? ". Favourite" : ""}`}
      title={where || undefined}
      onClick={props.onShow}
    >
      <StoredPicture image={result.image} alt="" />
      {where && <span class="strip-where">{where}</span>}
      {props.favourite && (
        <span class="strip-star">
          <Icon name="star" />
        </span>
      )}
    </button>
  );
}
