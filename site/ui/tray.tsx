// The tray at the lower edge of every page but Compose: who is in the open workspace, and how many others compose exactly with them. It
// takes a strip of the window for itself, and can be closed until somebody is added again.

import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { catalog } from "../api-catalog.ts";
import { countOf } from "./format.ts";
import { Icon } from "./icon.tsx";
import { Picture } from "./picture.tsx";
import {
  isTrayClosed,
  onTray,
  removeFromTray,
  setTrayClosed,
  type TrayItem,
  trayItems,
} from "./tray-list.ts";
import "../styles/tray.css";

const SHOWN = 6;

export function mountTray(): void {
  const place = document.createElement("div");
  document.body.append(place);
  render(<Tray />, place);
}

function Tray() {
  const [items, setItems] = useState(shownItems);
  useEffect(() => onTray(() => setItems(shownItems())), []);
  const refs = items.map(({ ref }) => ref);
  const others = useOthers(refs);
  const isEmpty = items.length === 0;
  useEffect(() => {
    document.documentElement.classList.toggle("with-tray", !isEmpty);
  }, [isEmpty]);
  if (isEmpty) return null;
  return (
    <TrayBar items={items} others={others} onRemove={removeFromTray} onHide={() => setTrayClosed(true)} />
  );
}

/** `others`: how many more compose exactly with these; null while that is not known. */
export function TrayBar(props: {
  items: readonly TrayItem[];
  others: number | null;
  /** Where there are several. */
  label?: string;
  onRemove: (ref: string) => void;
  onHide: () => void;
}) {
  const { items, others, label = "The composition" } = props;
  const refs = items.map(({ ref }) => ref);
  return (
    <section class="tray" aria-label={label}>
      <ul class="tray-people">
        {items.slice(0, SHOWN).map(({ ref, title, picture }) => (
          <li key={ref}>
            <button
              type="button"
              aria-label={`Remove ${title}`}
              title={`Remove ${title}`}
              onClick={() => props.onRemove(ref)}
            >
              <Picture src={picture} alt="" sizes="4rem" />
              <span class="tray-remove">
                <Icon name="close" />
              </span>
            </button>
          </li>
        ))}
        {items.length > SHOWN && <li class="quiet">{`+${items.length - SHOWN}`}</li>}
      </ul>
      {others !== null && (
        <a class="tray-others" href={`/browse/?composes_with=${refs.join(",")}`}>
          {others === 0 ? "Nobody else" : countOf(others, "other")}
          <span class="tray-wide">{others <= 1 ? " composes exactly" : " compose exactly"}</span>
        </a>
      )}
      <a class="button primary small" href="/compose/">
        {`Compose ${items.length}`}
      </a>
      <button
        type="button"
        class="icon-button"
        aria-label="Hide the composition"
        title="Hide until somebody is added"
        onClick={props.onHide}
      >
        <Icon name="close" />
      </button>
    </section>
  );
}

const shownItems = () => (isTrayClosed() ? [] : trayItems());

/** Null until it is known: a wrong number is worse than none. */
function useOthers(refs: readonly string[]): number | null {
  const [found, setFound] = useState<{ key: string; total: number } | null>(null);
  const key = refs.join(",");
  useEffect(() => {
    if (key === "") return;
    const controller = new AbortController();
    catalog.facets({ composes_with: key.split(",") }, {}, controller.signal).then((reply) => {
      if (reply.ok && !controller.signal.aborted) setFound({ key, total: reply.value.total });
    });
    return () => controller.abort();
  }, [key]);
  return found?.key === key ? found.total : null;
}
