// The button at the end of a list that is read page by page; nothing where the list has ended.

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
