// A drop zone and file picker. The whole area is a label of a file input, so it works by keyboard as well.

import { useState } from "preact/hooks";
import { Icon } from "../../ui/icon.tsx";

export function DropZone(props: {
  icon: "image" | "upload";
  title: string;
  hint: string;
  /** Lower, where something was chosen already. */
  slim: boolean;
  multiple?: boolean;
  accept?: string;
  label?: string;
  onFiles: (files: File[]) => void;
}) {
  const [over, setOver] = useState(false);
  return (
    <label
      class={`drop-zone ${over ? "over" : ""} ${props.slim ? "slim" : ""}`}
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
        multiple={props.multiple ?? false}
        {...(props.accept && { accept: props.accept })}
        {...(props.label && { "aria-label": props.label })}
        onChange={(event) => {
          props.onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <Icon name={props.icon} />
      <strong>{props.title}</strong>
      <span class="hint">{props.hint}</span>
    </label>
  );
}
