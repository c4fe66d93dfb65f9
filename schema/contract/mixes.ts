// Mixes: published compositions with a name and versions, as they travel.

export {};
