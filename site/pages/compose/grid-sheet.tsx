// Pictures that were ordered together, as one table with the values at its edges, and as one file.

import { useState } from "preact/hooks";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { type Result, resultsIn, type Workspace } from "../../workspace/document.ts";
import { openStore } from "../../workspace/store.ts";
import { imageAlt } from "./result.tsx";
import { saveBlob } from "./save.ts";
import { sheetOf } from "./sheet.ts";
import { StoredPicture } from "./stored-picture.tsx";

export function GridSheet(props: {
  workspace: Workspace;
  group: string;
  onShow: (id: string) => void;
  onClose: () => void;
}) {
  const cells = resultsIn(props.workspace).filter(({ place }) => place?.group === props.group);
  const title = cells[0]?.place?.title ?? "Grid";
  const columns = labelsOf(cells, "x");
  const rows = labelsOf(cells, "y");
  const waiting = props.workspace.pending.filter(({ place }) => place?.group === props.group).length;
  const at = (x: string, y: string) => cells.find(({ place }) => place?.x === x && place.y === y);
  return (
    <Dialog title={title} shape="box" wide onClose={props.onClose}>
      <div class="table-scroll">
        <table class="grid-sheet">
          <thead>
            <tr>
              <td />
              {columns.map((x) => (
                <th key={x} scope="col">
                  {x}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((y) => (
              <tr key={y}>
                <th scope="row">{y}</th>
                {columns.map((x) => (
                  <td key={x}>
                    <Cell result={at(x, y)} onShow={props.onShow} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="actions">
        <Save cells={cells} columns={columns} rows={rows} title={title} />
        {waiting > 0 && <span class="quiet">{`${waiting} still to come`}</span>}
      </div>
    </Dialog>
  );
}

function Cell({ result, onShow }: { result: Result | undefined; onShow: (id: string) => void }) {
  if (!result) return <span class="quiet">not here</span>;
  return (
    <button
      type="button"
      class="grid-cell"
      aria-label={imageAlt(result)}
      onClick={(event) => {
        onShow(result.image.id);
        event.currentTarget.closest("dialog")?.close();
      }}
    >
      <StoredPicture image={result.image} alt="" />
    </button>
  );
}

function Save(props: {
  cells: readonly Result[];
  columns: readonly string[];
  rows: readonly string[];
  title: string;
}) {
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    const store = await openStore();
    const blob = await sheetOf(props.cells, props.columns, props.rows, store);
    saveBlob(blob, `orthoplex-${props.title.replace(/[^a-z0-9]+/gi, "-").toLowerCase()}.png`);
    setBusy(false);
  };
  return (
    <button type="button" class="button small" disabled={busy || props.cells.length === 0} onClick={save}>
      <Icon name="download" />
      Download as one picture
    </button>
  );
}

const labelsOf = (cells: readonly Result[], axis: "x" | "y") => [
  ...new Set(cells.map(({ place }) => place?.[axis] ?? "")),
];
