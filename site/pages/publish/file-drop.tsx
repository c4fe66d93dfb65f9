// Where an adapter file is dropped or chosen. The whole area is a label of a file input, so it works by keyboard as well.

import { useState } from "preact/hooks";
import { Icon } from "../../ui/icon.tsx";

export function FileDrop(props: { few: boolean; onFiles: (files: File[]) => void }) {
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
        aria-label="Adapter file"
        onChange={(event) => {
          props.onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <Icon name="upload" />
      <strong>{props.few ? "Drop the .safetensors file here, or choose it" : "Choose another file"}</strong>
      <span class="hint">It is looked into on your machine first; nothing is sent yet.</span>
    </label>
  );
}
