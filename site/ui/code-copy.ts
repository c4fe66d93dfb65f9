// Adds a copy button to every code block on a plain page, and a language choice to every group of snippets.

const SAID_MS = 2_000;
const LANGUAGE_KEY = "orthoplex.language";

for (const block of document.querySelectorAll("pre")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "code-copy";
  button.textContent = "Copy";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.querySelector("code")?.textContent ?? "");
      button.textContent = "Copied";
    } catch {
      button.textContent = "Blocked";
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, SAID_MS);
  });
  // Beside the block, not in it: horizontal scrolling must not move the button.
  const frame = document.createElement("div");
  frame.className = "code";
  if (block.dataset.language) frame.dataset.language = block.dataset.language;
  frame.hidden = block.hidden;
  block.hidden = false;
  block.removeAttribute("data-language");
  block.replaceWith(frame);
  frame.append(block, button);
}

// Snippets name this server, so that they run as copied.
for (const origin of document.querySelectorAll("[data-origin]")) origin.textContent = location.origin;

const radios = [...document.querySelectorAll<HTMLInputElement>('.languages input[type="radio"]')];
const choose = (language: string) => {
  for (const radio of radios) radio.checked = radio.value === language;
  for (const block of document.querySelectorAll<HTMLElement>("[data-language]")) {
    block.hidden = block.dataset.language !== language;
  }
};
for (const radio of radios) {
  radio.addEventListener("change", () => {
    choose(radio.value);
    try {
      localStorage.setItem(LANGUAGE_KEY, radio.value);
    } catch {
      // Storage may be blocked; the choice then lasts for this page.
    }
  });
}
if (radios.length > 0) {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(LANGUAGE_KEY);
  } catch {
    // Storage may be blocked.
  }
  choose(radios.some((radio) => radio.value === kept) && kept ? kept : (radios[0]?.value ?? ""));
}
