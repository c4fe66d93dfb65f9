// Undo, redo, and the list of all edits, each of which can be returned to.

import { agoOf } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import type { Action, Edit } from "../../workspace/document.ts";
import { canRedo, canUndo, type History } from "../../workspace/history.ts";

const MODIFIER = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl+";

export function HistoryMenu(props: { history: History<Edit>; dispatch: (action: Action) => void }) {
  const { history, dispatch } = props;
  const done = history.entries[history.index]?.label ?? "";
  const next = history.entries[history.index + 1]?.label ?? "";
  return (
    <div class="bar-group">
      <button
        type="button"
        class="icon-button"
        aria-label="Undo"
        title={`Undo ${canUndo(history) ? done : ""} (${MODIFIER}Z)`}
        disabled={!canUndo(history)}
        onClick={() => dispatch({ type: "undo" })}
      >
        <Icon name="undo" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Redo"
        title={`Redo ${next} (Shift+${MODIFIER}Z)`}
        disabled={!canRedo(history)}
        onClick={() => dispatch({ type: "redo" })}
      >
        <Icon name="redo" />
      </button>
      <Menu label="History" icon="history">
        {() => <Entries history={history} onJump={(index) => dispatch({ type: "jump", index })} />}
      </Menu>
    </div>
  );
}

function Entries({ history, onJump }: { history: History<Edit>; onJump: (index: number) => void }) {
  const now = Date.now();
  const rows = history.entries.map((entry, index) => ({ entry, index })).reverse();
  return (
    <>
      <h2 class="menu-title">History</h2>
      <ol class="menu-list">
        {rows.map(({ entry, index }) => (
          <li key={index}>
            <button
              type="button"
              class={`menu-row ${index > history.index ? "undone" : ""}`}
              aria-current={index === history.index ? "step" : undefined}
              onClick={() => onJump(index)}
            >
              <span>{entry.label}</span>
              <span class="quiet">{agoOf(new Date(entry.at).toISOString(), now)}</span>
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}
