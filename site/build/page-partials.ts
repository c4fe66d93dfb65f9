// Fills the placeholders of pages at build time: head, header and footer, and lists that come from other files.
// A placeholder is a comment `<!-- name -->`; a page without one stays as it is.

import type { Plugin } from "vite";
import { artCreditsHtml } from "./art-credits.ts";
import { cardSkeletonsHtml } from "./card-skeletons.ts";
import { errorListHtml } from "./error-list.ts";
import { METHOD_PARTIALS } from "./method/partials.ts";
import { REFERENCE_PARTIALS } from "./reference/page.ts";
import { APP_HTML, footerHtml, headerHtml, headHtml, NOINDEX_HTML } from "./shell.ts";

export function pagePartials(): Plugin {
  return {
    name: "orthoplex-page-partials",
    transformIndexHtml: {
      order: "pre",
      handler(html, { path }) {
        const page = path.replace(/index\.html$/, "");
        const partials: Record<string, () => string> = {
          head: headHtml,
          noindex: () => NOINDEX_HTML,
          app: () => APP_HTML,
          header: () => headerHtml(page),
          footer: footerHtml,
          "art-credits": artCreditsHtml,
          "error-list": errorListHtml,
          "mix-skeletons": () => cardSkeletonsHtml(6, true),
          "pick-skeletons": () => cardSkeletonsHtml(8),
          ...METHOD_PARTIALS,
          ...REFERENCE_PARTIALS,
        };
        return html.replace(/<!-- ([a-z-]+) -->/g, (mark, name: string) => partials[name]?.() ?? mark);
      },
    },
  };
}
