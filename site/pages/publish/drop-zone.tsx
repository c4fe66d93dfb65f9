// Where pictures are dropped or chosen. The whole area is a label of a file input, so it works by keyboard as well.

import { useState } from "preact/hooks";
import { Icon } from "../../ui/icon.tsx";
import { ACCEPTED_TYPES } from "./pictures.ts";

export function DropZone(props: { few: boolean; hint: string; onFiles: (files: File[]) => void }) {
  const [over, setOver] = useState(false);
  return (
    <label
      class={`drop-zone ${over ? "over" : ""} ${props.few ? "" : "slim"}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        props.onFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <input
        type="file"
        multiple
        accept={ACCEPTED_TYPES.join(",")}
        onChange={(event) => {
          props.onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <Icon name="image" />
      <strong>{props.few ? "Drop pictures here, or choose them" : "Add more pictures"}</strong>
      <span class="hint">{props.hint}</span>
    </label>
  );
}
