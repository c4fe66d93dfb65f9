// Pictures in full size, over the page: arrows go through the series, Escape closes. Each can be downloaded, its recipe copied and opened
// in Compose. Loaded with the first picture that is opened.

import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { hashOf } from "../composition/link.ts";
import { CopyButton } from "./copy-button.tsx";
import { type FullPicture, type OpenedPicture, openPicture } from "./full-picture.ts";
import { Icon } from "./icon.tsx";
import { settingsOf } from "./recipe-facts.ts";
import "../styles/viewer.css";

export function showPictures(pictures: readonly FullPicture[], at: number): void {
  const place = document.createElement("div");
  document.body.append(place);
  const gone = () => {
    render(null, place);
    place.remove();
  };
  render(<Viewer pictures={pictures} first={at} onGone={gone} />, place);
}

function Viewer(props: { pictures: readonly FullPicture[]; first: number; onGone: () => void }) {
  const { pictures } = props;
  const [at, setAt] = useState(props.first);
  const [isActual, setActual] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const opened = useOpened(pictures, at);
  useEffect(() => dialog.current?.showModal(), []);
  const go = (to: number) => setAt(Math.min(pictures.length - 1, Math.max(0, to)));
  const press = (event: KeyboardEvent) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: pictures.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  const picture = pictures[at];
  if (!picture) return null;
  return (
    <dialog
      ref={dialog}
      class="viewer"
      aria-label={picture.title}
      onKeyDown={press}
      onClose={props.onGone}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <ViewerParts
        title={picture.title}
        at={at}
        count={pictures.length}
        opened={opened}
        isActual={isActual}
        onActual={() => setActual(!isActual)}
        onTurn={go}
        onClose={() => dialog.current?.close()}
      />
    </dialog>
  );
}

/** What is in the dialog. `opened` is undefined while it loads, null where it could not be loaded. */
export function ViewerParts(props: {
  title: string;
  at: number;
  count: number;
  opened: OpenedPicture | null | undefined;
  isActual: boolean;
  onActual: () => void;
  onTurn: (to: number) => void;
  onClose: () => void;
}) {
  const { title, at, count, opened, isActual, onTurn } = props;
  const isSeries = count > 1;
  return (
    <>
      <header class="viewer-head">
        <p class="viewer-title" role="status">
          {isSeries && <span class="numbers">{`${at + 1} of ${count}`}</span>}
          <strong>{title}</strong>
        </p>
        <Actions opened={opened ?? null} isActual={isActual} onActual={props.onActual} />
        <button type="button" class="icon-button" aria-label="Close" onClick={props.onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div class={`viewer-stage ${isActual ? "actual" : ""}`}>
        {opened === undefined && <p class="viewer-note">Loading</p>}
        {opened === null && <p class="viewer-note">The picture could not be loaded</p>}
        {opened && <Full key={opened.url} url={opened.url} alt={title} />}
      </div>
      {isSeries && (
        <>
          <Turn to="Previous" icon="back" disabled={at === 0} onTurn={() => onTurn(at - 1)} />
          <Turn to="Next" icon="forward" disabled={at === count - 1} onTurn={() => onTurn(at + 1)} />
        </>
      )}
      <RecipeLine opened={opened ?? null} />
    </>
  );
}

/** At most twice its size: enlarged further it would only be blurred. */
function Full({ url, alt }: { url: string; alt: string }) {
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  return (
    <img
      src={url}
      alt={alt}
      style={size ? { "--wide": `${size.width}px`, "--ratio": size.width / size.height } : {}}
      onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
        setSize({ width, height })
      }
    />
  );
}

function Turn(props: { to: string; icon: "back" | "forward"; disabled: boolean; onTurn: () => void }) {
  return (
    <button
      type="button"
      class={`icon-button viewer-turn ${props.icon}`}
      aria-label={`${props.to} picture`}
      disabled={props.disabled}
      onClick={props.onTurn}
    >
      <Icon name={props.icon} />
    </button>
  );
}

function Actions(props: { opened: OpenedPicture | null; isActual: boolean; onActual: () => void }) {
  const { opened } = props;
  if (!opened) return <span class="viewer-actions" />;
  return (
    <div class="viewer-actions">
      <button type="button" class="button small" aria-pressed={props.isActual} onClick={props.onActual}>
        Actual size
      </button>
      <a class="button small" href={opened.url} download={opened.fileName}>
        <Icon name="download" />
        Download
      </a>
      {opened.form && (
        <>
          <CopyButton text={() => JSON.stringify(opened.recipe, null, 2)} label="Copy recipe" />
          <a class="button small primary" href={`/compose/#${hashOf(opened.form)}`}>
            Open in Compose
          </a>
        </>
      )}
    </div>
  );
}

function RecipeLine({ opened }: { opened: OpenedPicture | null }) {
  const form = opened?.form;
  if (!form) return <p class="viewer-recipe">{opened && "The file of this picture carries no recipe."}</p>;
  const members = form.members.map(({ ref, strength }) => `${ref} at ${strength}`);
  return (
    <p class="viewer-recipe">
      <code>{form.prompt}</code>
      <span class="numbers">{[...settingsOf(form), ...members].join(" · ")}</span>
    </p>
  );
}

/** What is at `at`, undefined until it is there; the next and the one before are fetched ahead. */
function useOpened(pictures: readonly FullPicture[], at: number): OpenedPicture | null | undefined {
  const all = useMemo(() => new Map<number, Promise<OpenedPicture | null>>(), [pictures]);
  const [shown, setShown] = useState<{ at: number; opened: OpenedPicture | null } | null>(null);
  useEffect(() => {
    const openAt = (place: number) => {
      const picture = pictures[place];
      if (picture && !all.has(place)) all.set(place, openPicture(picture));
      return all.get(place);
    };
    let isLatest = true;
    openAt(at)?.then((opened) => {
      if (!isLatest) return;
      setShown({ at, opened });
      openAt(at + 1);
      openAt(at - 1);
    });
    return () => {
      isLatest = false;
    };
  }, [all, at]);
  useEffect(
    () => () => {
      for (const each of all.values()) each.then((opened) => opened && URL.revokeObjectURL(opened.url));
    },
    [all],
  );
  return shown?.at === at ? shown.opened : undefined;
}
