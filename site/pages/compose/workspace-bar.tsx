// Above the canvas: workspace, undo, placement and size.

import { type Change, type Form, type Known, type Placement, sizeOf } from "../../composition/form.ts";
import { Segmented } from "../../ui/segmented.tsx";
import type { Action, Workspace } from "../../workspace/document.ts";
import type { Store } from "../../workspace/store.ts";
import { HistoryMenu } from "./history-menu.tsx";
import { WorkspaceMenu } from "./workspace-menu.tsx";

const PLACEMENTS: readonly (readonly [Placement, string])[] = [
  ["columns", "Side by side"],
  ["boxes", "My boxes"],
  ["open", "No boxes"],
];

export function WorkspaceBar(props: {
  workspace: Workspace;
  store: Store;
  form: Form;
  base: Known["base"];
  dispatch: (action: Action) => void;
  change: (change: Change) => void;
  onOpen: (workspace: Workspace) => void;
}) {
  const { workspace, form, base, change, dispatch } = props;
  const shapes = base?.sizes.map(sizeOf) ?? [];
  const sizes = form.size === "" || shapes.includes(form.size) ? shapes : [...shapes, form.size];
  return (
    <div class="workspace-bar">
      <div class="bar-group">
        <WorkspaceMenu
          workspace={workspace}
          store={props.store}
          onOpen={props.onOpen}
          onRename={(name) => dispatch({ type: "rename", name })}
        />
        <HistoryMenu history={workspace.history} dispatch={dispatch} />
      </div>
      <div class="bar-group">
        <Segmented
          label="Placement"
          value={form.placement}
          options={PLACEMENTS}
          onChange={(placement) => change({ type: "place", placement })}
        />
        <Segmented
          label="Canvas size"
          value={form.size}
          options={sizes.map((size) => [size, size.replace("x", " × ")] as const)}
          onChange={(size) => change({ type: "size", size })}
        />
      </div>
    </div>
  );
}
