// The bases that come with the product, the embedded one first: it is the default where no base is named, and the site's pages show its
// figures. A new base is a new file and one line here.

import cast3 from "./cast-3.json" with { type: "json" };
import sdMini from "./sd-mini.json" with { type: "json" };

export const EMBEDDED_BASE = cast3;
export const BUNDLED_BASES: readonly unknown[] = [cast3, sdMini];
