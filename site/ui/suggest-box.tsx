// A search field with suggestions: adapters, tags, owners. A combobox: arrow keys choose, Enter takes, Escape closes.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { catalog, type Suggestions } from "../api-catalog.ts";
import { countOf } from "./format.ts";
import { Icon } from "./icon.tsx";
import { Picture } from "./picture.tsx";
import "../styles/suggest.css";

const TYPING_PAUSE_MS = 120;
const CHARACTERS_MIN = 2;

export type Choice =
  | { kind: "adapter"; value: string; title: string }
  | { kind: "tag" | "owner"; value: string };

interface Option {
  choice: Choice;
  text: string;
  beside: string;
  picture?: string | null;
}

export function optionsOf(found: Suggestions, only: Choice["kind"] | null): Option[] {
  const options: Option[] = [
    ...found.adapters.map(({ ref, title, class_word, preview_url }) => ({
      choice: { kind: "adapter" as const, value: ref, title },
      text: title,
      beside: `${class_word}, ${ref}`,
      picture: preview_url,
    })),
    ...found.tags.map(({ tag, count }) => ({
      choice: { kind: "tag" as const, value: tag },
      text: `#${tag}`,
      beside: countOf(count, "adapter"),
    })),
    ...found.owners.map(({ handle, count }) => ({
      choice: { kind: "owner" as const, value: handle },
      text: `by ${handle}`,
      beside: countOf(count, "adapter"),
    })),
  ];
  return options.filter(({ choice }) => only === null || choice.kind === only);
}

export function SuggestBox(props: {
  label: string;
  placeholder: string;
  value: string;
  onInput: (text: string) => void;
  onChoose: (choice: Choice) => void;
  /** Enter without a selected suggestion. */
  onEnter?: () => void;
  only?: Choice["kind"];
}) {
  const { value, only = null } = props;
  const [found, setFound] = useState<{ q: string; options: Option[] }>({ q: "", options: [] });
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const list = useId();
  const box = useRef<HTMLDivElement>(null);
  const q = value.trim();

  useEffect(() => {
    if (q.length < CHARACTERS_MIN || !open) return;
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      const reply = await catalog.suggest(q, controller.signal);
      // The results list reports failures; suggestions are just not shown.
      if (!controller.signal.aborted && reply.ok) {
        setFound({ q, options: optionsOf(reply.value, only) });
        setAt(-1);
      }
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [q, open, only]);

  const options = open && q.length >= CHARACTERS_MIN ? found.options : [];
  const choose = (option: Option) => {
    setOpen(false);
    setAt(-1);
    props.onChoose(option.choice);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (options.length === 0) return setOpen(true);
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // The position before the first option is the field itself.
      setAt(((at + 1 + step + options.length + 1) % (options.length + 1)) - 1);
    } else if (event.key === "Enter") {
      const option = options[at];
      event.preventDefault();
      if (option) return choose(option);
      setOpen(false);
      props.onEnter?.();
    } else if (event.key === "Escape" && options.length > 0) {
      event.preventDefault();
      setOpen(false);
    }
  };

  return (
    <div
      class="suggest"
      ref={box}
      onFocusOut={(event) => {
        if (!box.current?.contains(event.relatedTarget as Node | null)) setOpen(false);
      }}
    >
      <Icon name="search" />
      <input
        class="input"
        type="text"
        inputMode="search"
        enterKeyHint="search"
        role="combobox"
        autocomplete="off"
        aria-label={props.label}
        aria-autocomplete="list"
        aria-expanded={options.length > 0}
        aria-controls={list}
        {...(options[at] && { "aria-activedescendant": `${list}-${at}` })}
        placeholder={props.placeholder}
        maxLength={200}
        value={value}
        onInput={(event) => {
          setOpen(true);
          props.onInput(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
      />
      <div
        class="suggest-list"
        role="listbox"
        id={list}
        aria-label={props.label}
        hidden={options.length === 0}
      >
        {options.map((option, i) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field, which names the active option
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled in the field
          <div
            key={option.text + option.beside}
            id={`${list}-${i}`}
            role="option"
            class="suggest-option"
            aria-selected={i === at}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choose(option)}
            onPointerMove={() => setAt(i)}
          >
            {option.picture === undefined ? (
              <span class="suggest-sign" aria-hidden="true">
                {option.choice.kind === "tag" ? "#" : "@"}
              </span>
            ) : (
              <Picture src={option.picture} alt="" sizes="4rem" />
            )}
            <span class="suggest-text">
              <strong>{option.text}</strong>
              <span class="quiet">{option.beside}</span>
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
