// The API reference is a page of HTML; this opens what its address names and finds by words. No request, no framework.

import "../../static.css";
import "./reference.css";
import "../../../ui/shell.ts";
import "../../../ui/code-copy.ts";

interface Item {
  element: HTMLDetailsElement;
  text: string;
}

const items: Item[] = [...document.querySelectorAll<HTMLDetailsElement>(".api-item")].map((element) => ({
  element,
  text: (element.querySelector("summary")?.textContent ?? "").toLowerCase(),
}));
const groups = [...document.querySelectorAll<HTMLElement>(".api-group")];
const field = document.querySelector<HTMLInputElement>("#api-find");
const found = document.querySelector("#api-found");

/** Opens and shows what the address names, also where a search hides it. */
function openNamed(): void {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!(named instanceof HTMLDetailsElement)) return;
  if (named.hidden && field) {
    field.value = "";
    find("");
  }
  named.open = true;
  named.scrollIntoView();
}

function find(words: string): void {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const { element, text } of items) {
    element.hidden = !wanted.every((word) => text.includes(word));
    if (!element.hidden) count += 1;
  }
  for (const group of groups) group.hidden = group.querySelector(".api-item:not([hidden])") === null;
  if (found)
    found.textContent =
      wanted.length === 0 ? "" : count === 0 ? "Nothing has these words." : `${count} found`;
}

field?.addEventListener("input", () => find(field.value));
field?.closest("search")?.removeAttribute("hidden");
addEventListener("hashchange", openNamed);
openNamed();
