// Where a base's own prompts name an adapter. Without zod, so that the site can use it.

export const TRIGGER_PLACE = "{trigger}";

/** A prompt of the base that calls an adapter, or several as `<june> and <otto>`. */
export const promptFor = (template: string, called: string) => template.replaceAll(TRIGGER_PLACE, called);
