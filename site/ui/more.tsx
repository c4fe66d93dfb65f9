// The button that loads the next page of a list; nothing at the end of the list.

import type { List } from "./use-list.ts";

export function More(props: {
  list: Pick<List<unknown>, "more" | "waiting">;
  words?: string;
  small?: boolean;
}) {
  const { list, words = "Show more", small = false } = props;
  if (!list.more) return null;
  return (
    <div class="list-more">
      <button
        type="button"
        class={small ? "button small" : "button"}
        disabled={list.waiting}
        onClick={list.more}
      >
        {list.waiting ? "Loading" : words}
      </button>
    </div>
  );
}
