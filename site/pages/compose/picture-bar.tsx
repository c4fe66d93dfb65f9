// Actions on the picture on the canvas.

import { Icon, type IconName } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import type { Result } from "../../workspace/document.ts";
import { fileNameOf } from "./save.ts";
import { USES, type Use } from "./uses.ts";

export interface PictureActions {
  onEnlarge: () => void;
  onFavourite: () => void;
  onUse: (use: Use) => void;
  onBoxes: () => void;
  onVariations: () => void;
  onWithout: (ref: string) => void;
  onCompare: () => void;
  onGrid: () => void;
  onSheet: () => void;
  onCode: () => void;
  onPublish: () => void;
  onShare: () => void;
  onRemove: () => void;
}

export function PictureBar(
  props: PictureActions & {
    result: Result;
    favourite: boolean;
    boxes: boolean;
    publishable: boolean;
    /** Another picture of the same size is there. */
    comparable: boolean;
    /** Members that can be left out, with their names. */
    members: readonly (readonly [string, string])[];
    guest: boolean;
  },
) {
  const { image, place } = props.result;
  return (
    <div class="picture-bar" role="toolbar" aria-label="The picture on the canvas">
      <Tool icon="enlarge" label="Enlarge" compact onPress={props.onEnlarge} />
      <Tool icon="star" label="Favourite" compact pressed={props.favourite} onPress={props.onFavourite} />
      <Tool icon="boxes" label="Boxes" pressed={props.boxes} onPress={props.onBoxes} />
      <MenuOf label="Use" rows={USES.map(([use, text]) => [text, () => props.onUse(use)])} />
      {!props.guest && <Tool icon="dice" label="Variations" onPress={props.onVariations} />}
      {!props.guest && <Tool icon="grid" label="Grid" onPress={props.onGrid} />}
      {!props.guest && props.members.length > 0 && (
        <MenuOf
          label="Without"
          rows={props.members.map(([ref, name]) => [name, () => props.onWithout(ref)])}
        />
      )}
      {props.comparable && <Tool icon="compare" label="Compare" onPress={props.onCompare} />}
      {place && (place.x || place.y) && <Tool icon="image" label="Whole grid" onPress={props.onSheet} />}
      <a
        class="button small tool"
        href={image.url}
        download={fileNameOf(props.result)}
        title="Download, with its recipe inside"
      >
        <Icon name="download" />
        <span>Download</span>
      </a>
      <Tool icon="code" label="Code" compact onPress={props.onCode} />
      {!props.guest && <Tool icon="share" label="Share" onPress={props.onShare} />}
      {props.publishable && <Tool icon="upload" label="Publish" onPress={props.onPublish} />}
      <Tool icon="trash" label="Delete" compact onPress={props.onRemove} />
    </div>
  );
}

function MenuOf({ label, rows }: { label: string; rows: readonly (readonly [string, () => void])[] }) {
  return (
    <Menu label={label} text={label} class="button small tool">
      {(close) => (
        <ul class="menu-list">
          {rows.map(([text, act]) => (
            <li key={text}>
              <button
                type="button"
                class="menu-row"
                onClick={() => {
                  act();
                  close();
                }}
              >
                {text}
              </button>
            </li>
          ))}
        </ul>
      )}
    </Menu>
  );
}

/** `compact`: the label is for screen readers and the tooltip. */
function Tool(props: {
  icon: IconName;
  label: string;
  pressed?: boolean;
  compact?: boolean;
  onPress: () => void;
}) {
  return (
    <button
      type="button"
      class="button small tool"
      aria-pressed={props.pressed}
      title={props.label}
      onClick={props.onPress}
    >
      <Icon name={props.icon} />
      <span class={props.compact ? "visually-hidden" : undefined}>{props.label}</span>
    </button>
  );
}
