// What the catalog can be asked, and what it answers beside the page: facets with counts.

export {};
