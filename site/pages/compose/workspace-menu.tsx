// The name of the open workspace, and the others on this device: open, rename, duplicate, delete.

import { useEffect, useState } from "preact/hooks";
import { agoOf } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { type Workspace, workspaceOf } from "../../workspace/document.ts";
import type { Listed, Store } from "../../workspace/store.ts";

export function WorkspaceMenu(props: {
  workspace: Workspace;
  store: Store;
  onOpen: (workspace: Workspace) => void;
  onRename: (name: string) => void;
}) {
  const { workspace, store } = props;
  const [others, setOthers] = useState<readonly Listed[]>([]);
  const refresh = () => store.list().then(setOthers);
  useEffect(() => {
    refresh();
  }, [workspace.id, workspace.name]);

  const open = async (id: string) => {
    await store.save(workspace);
    const found = await store.load(id);
    if (found) props.onOpen(found);
  };
  const add = async (next: Workspace) => {
    await store.save(workspace);
    await store.save(next);
    props.onOpen(next);
  };
  const remove = async (id: string) => {
    const found = await store.load(id);
    await store.remove(id);
    await store.dropPictures(found?.results.map(({ image }) => image.id) ?? []);
    refresh();
  };
  return (
    <Menu label="Workspaces" text={workspace.name} class="button small workspace-button">
      {(close) => (
        <div>
          <Rename key={workspace.id} name={workspace.name} onRename={props.onRename} />
          <Others
            all={others}
            current={workspace.id}
            onOpen={(id) => open(id).then(close)}
            onRemove={remove}
          />
          <div class="menu-actions">
            <button
              type="button"
              class="button small"
              onClick={() => add(workspaceOf(crypto.randomUUID(), nextName(others), Date.now())).then(close)}
            >
              <Icon name="add" />
              New workspace
            </button>
            <button type="button" class="button small" onClick={() => add(copyOf(workspace)).then(close)}>
              <Icon name="copy" />
              Duplicate
            </button>
          </div>
          <p class="hint">
            {store.durable
              ? "Everything here stays in this browser until you delete it."
              : "This browser keeps nothing: what is here is gone when you leave."}
          </p>
        </div>
      )}
    </Menu>
  );
}

function Rename({ name, onRename }: { name: string; onRename: (name: string) => void }) {
  return (
    <label class="field menu-rename">
      <span class="label">Name</span>
      <input
        class="input"
        value={name}
        maxLength={60}
        onInput={(event) => event.currentTarget.value.trim() && onRename(event.currentTarget.value)}
      />
    </label>
  );
}

function Others(props: {
  all: readonly Listed[];
  current: string;
  onOpen: (id: string) => void;
  onRemove: (id: string) => void;
}) {
  const [asking, setAsking] = useState<string | null>(null);
  const now = Date.now();
  return (
    <ul class="menu-list">
      {props.all.map(({ id, name, updated }) => (
        <li key={id} class="menu-line">
          <button
            type="button"
            class="menu-row"
            aria-current={id === props.current ? "true" : undefined}
            onClick={() => props.onOpen(id)}
          >
            <span>{name}</span>
            <span class="quiet">{agoOf(new Date(updated).toISOString(), now)}</span>
          </button>
          {id !== props.current && (
            <button
              type="button"
              class={asking === id ? "button small danger" : "icon-button"}
              aria-label={asking === id ? `Delete ${name} for good` : `Delete ${name}`}
              onClick={() => (asking === id ? props.onRemove(id) : setAsking(id))}
            >
              {asking === id ? "Delete for good" : <Icon name="trash" />}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The first free number. */
export function nextName(all: readonly Pick<Listed, "name">[]): string {
  const taken = new Set(all.map(({ name }) => name));
  let number = all.length + 1;
  while (taken.has(`Workspace ${number}`)) number += 1;
  return `Workspace ${number}`;
}

/** Jobs that still run belong to the first one alone. */
const copyOf = (workspace: Workspace): Workspace => ({
  ...workspace,
  id: crypto.randomUUID(),
  name: `${workspace.name} copy`,
  pending: [],
  updated: Date.now(),
});
