// Actions on all results at once.

import { useState } from "preact/hooks";
import { countOf } from "../../ui/format.ts";
import { Menu } from "../../ui/menu.tsx";
import { editOf, type Result, type Workspace } from "../../workspace/document.ts";
import { openStore } from "../../workspace/store.ts";
import { saveAll } from "./save.ts";

export function StripMenu(props: {
  workspace: Workspace;
  results: readonly Result[];
  onlyFavourites: boolean;
  onOnlyFavourites: (only: boolean) => void;
  onRemove: (ids: readonly string[]) => void;
}) {
  const { workspace, results } = props;
  const { favourites } = editOf(workspace);
  const [busy, setBusy] = useState(false);
  const starred = results.filter(({ image }) => favourites.includes(image.id));
  const others = results.filter(({ image }) => !favourites.includes(image.id));
  const save = async (wanted: readonly Result[]) => {
    setBusy(true);
    await saveAll(wanted, await openStore(), workspace.name);
    setBusy(false);
  };
  if (results.length === 0) return null;
  const row = (text: string, isOff: boolean, act: () => void) => (
    <li>
      <button type="button" class="menu-row" disabled={isOff} onClick={act}>
        {text}
      </button>
    </li>
  );
  return (
    <Menu label={`All results: ${countOf(results.length, "picture")}`} icon="more">
      {(close) => (
        <ul class="menu-list">
          {row(`Download all ${results.length}`, busy, () => save(results).then(close))}
          {row(`Download ${countOf(starred.length, "favourite")}`, busy || starred.length === 0, () =>
            save(starred).then(close),
          )}
          {row(props.onlyFavourites ? "Show all" : "Show favourites only", starred.length === 0, () => {
            props.onOnlyFavourites(!props.onlyFavourites);
            close();
          })}
          {row("Delete all but favourites", others.length === 0, () => {
            props.onRemove(others.map(({ image }) => image.id));
            close();
          })}
        </ul>
      )}
    </Menu>
  );
}
