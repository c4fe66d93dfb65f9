// Edits the list of previews: reorder, remove, or add one from a file or a generated picture.

import { Icon } from "../../ui/icon.tsx";
import { ACCEPTED_FILES } from "../publish/pictures.ts";

export interface Shown {
  /** Of an image (`img_`) or of an upload that becomes one (`upl_`). */
  id: string;
  url: string;
}

export function PreviewRow(props: {
  shown: readonly Shown[];
  /** Pictures of the owner's generations with this version. */
  offered: readonly Shown[];
  room: number;
  onChange: (shown: readonly Shown[]) => void;
  onFiles: (files: File[]) => void;
}) {
  const { shown, offered, room } = props;
  const earlier = (at: number) =>
    props.onChange(shown.map((each, i) => shown[i === at - 1 ? at : i === at ? at - 1 : i] ?? each));
  return (
    <fieldset class="preview-row">
      <legend class="label">Previews</legend>
      <ul>
        {shown.map(({ id, url }, i) => (
          <li key={id}>
            <img src={url} alt={`Preview ${i + 1}`} />
            <span class="preview-tools">
              <button
                type="button"
                class="icon-button"
                disabled={i === 0}
                aria-label={`Show preview ${i + 1} earlier`}
                onClick={() => earlier(i)}
              >
                <Icon name="back" />
              </button>
              <button
                type="button"
                class="icon-button"
                aria-label={`Take preview ${i + 1} away`}
                onClick={() => props.onChange(shown.filter((each) => each.id !== id))}
              >
                <Icon name="trash" />
              </button>
            </span>
          </li>
        ))}
      </ul>
      {room > 0 && (
        <label class="button small preview-add">
          <Icon name="image" />
          Add pictures
          <input
            type="file"
            multiple
            accept={ACCEPTED_FILES}
            onChange={(event) => {
              props.onFiles([...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = "";
            }}
          />
        </label>
      )}
      {room > 0 && offered.length > 0 && (
        <>
          <p class="hint">Or take some that you drew with it; they keep their recipe.</p>
          <ul>
            {offered.map((picture, i) => (
              <li key={picture.id}>
                <button
                  type="button"
                  class="preview-offer"
                  aria-label={`Add generated picture ${i + 1}`}
                  onClick={() => props.onChange([...shown, picture])}
                >
                  <img src={picture.url} alt="" loading="lazy" />
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </fieldset>
  );
}
