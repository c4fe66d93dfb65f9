// The bases that come with the product, the embedded one first: what is offered where nobody named a base, and what the site's pages show
// figures of. A new base is a new file and one line here.

import cast3 from "./cast-3.json" with { type: "json" };

export const EMBEDDED_BASE = cast3;
export const BUNDLED_BASES: readonly unknown[] = [cast3];
