// One chosen picture: its crop, its caption with word chips, crop again, remove.

import { CAPTION_MAX_CHARACTERS } from "../../../schema/contract/limits.ts";
import { hasPhrase, togglePhrase } from "../../composition/prompt.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Chosen } from "./pictures.ts";

export function PictureTile(props: {
  picture: Chosen;
  number: number;
  expressions: readonly string[];
  /** Words of the caption that cannot both be true. */
  contradiction: string | null;
  onCaption: (caption: string) => void;
  onCrop: () => void;
  onRemove: () => void;
}) {
  const { picture, number, expressions } = props;
  const caption = picture.caption;
  const toggle = (word: string) => {
    // An empty caption is a clause without a person; the training needs the word alone.
    const { prompt } = togglePhrase(
      { prompt: caption === "" ? "x" : caption, caret: 0 },
      { group: "expression", word, words: expressions },
    );
    props.onCaption(prompt.replace(/^x ?/, ""));
  };
  return (
    <li class="tile">
      <div class="tile-picture">
        <img src={picture.url} alt={`${number}: ${picture.name}`} />
        <div class="tile-tools">
          <button type="button" class="button small" onClick={props.onCrop}>
            Crop
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label={`Remove picture ${number}`}
            onClick={props.onRemove}
          >
            <Icon name="trash" />
          </button>
        </div>
      </div>
      <input
        class="input tile-caption"
        aria-label={`Caption of picture ${number}`}
        placeholder="What differs here?"
        maxLength={CAPTION_MAX_CHARACTERS}
        value={caption}
        onInput={(event) => props.onCaption(event.currentTarget.value)}
      />
      {props.contradiction && <p class="fault">{props.contradiction}</p>}
      <div class="chips">
        {expressions.map((word) => (
          <button
            type="button"
            key={word}
            class="chip"
            aria-pressed={hasPhrase(caption, word)}
            onClick={() => toggle(word)}
          >
            {word}
          </button>
        ))}
      </div>
    </li>
  );
}
