// Entry of the home page: plain HTML first. Parts that read the catalog are loaded when they come near the window.

import "../static.ts";
import "../compose/stage.css";
import "../../styles/mix-card.css";
import "./home.css";

/** Below the window, so that a place is filled before it is seen. */
const AHEAD = "600px";

const observer = new IntersectionObserver(
  async (entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    const { mountParts } = await import("./parts.tsx");
    mountParts();
  },
  { rootMargin: AHEAD },
);
for (const place of document.querySelectorAll("[data-part]")) observer.observe(place);
