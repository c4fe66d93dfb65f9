// The requests that the pages of adapters and mixes show as code: what POST /v1/generations takes. Pure.

type Called = { trigger: string };
type Adapter = { ref: string };
type Mix = { ref: string; number: number; composition: { prompt: string }; members: readonly Called[] };

/** Without a size, as a mix's: the API chooses one with room for everybody. */
export const requestOfAdapter = ({ ref }: Adapter, { trigger, strength }: Called & { strength: number }) => ({
  adapters: [{ ref, strength }],
  prompt: `${trigger} smiling`,
  seed: 7,
});

/** Of a mix that was saved without a prompt: all its members, with no words of their own. */
export const requestOfMix = ({ ref, number, composition, members }: Mix) => ({
  mix: `${ref}:${number}`,
  prompt: composition.prompt || members.map(({ trigger }) => trigger).join("; "),
});
