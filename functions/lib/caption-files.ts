// Which text file holds the caption of which picture, by their names. Pure; the command line and the Worker share it, and
// gpu-runner/orthoplex/training_folder.py does the same: tests of both read schema/examples/training-files.json.

import { pictureKindOf } from "../../schema/contract/picture-files.ts";

/** The first that is there counts, as kohya's trainers have it. */
const ENDINGS = [".txt", ".caption"];

/**
 * Of names in one folder, or of paths in a zip: the caption's file by the picture's. `1.txt` or `1.png.txt` belongs to `1.png`; a text that
 * belongs to no picture character by character, to one that differs in case only (`img_1.txt` beside `IMG_1.PNG`).
 */
export function captionFiles(names: readonly string[]): Map<string, string> {
  const pictures = names.filter((name) => pictureKindOf(name) !== null);
  const texts = names.filter((name) => endingOf(name) !== null);
  const found = new Map<string, string>();
  const give = (those: readonly string[], keyOf: (name: string) => string) => {
    const byKey = new Map(those.map((name) => [keyOf(withSmallEnding(name)), name]));
    for (const picture of pictures.filter((name) => !found.has(name))) {
      const bases = [picture.replace(/\.[^.]+$/, ""), picture];
      const keys = bases.flatMap((base) => ENDINGS.map((ending) => keyOf(base + ending)));
      const text = keys.map((key) => byKey.get(key)).find((name) => name !== undefined);
      if (text !== undefined) found.set(picture, text);
    }
  };
  give(texts, composed);
  const given = new Set(found.values());
  const left = texts.filter((name) => !given.has(name));
  give(left, (name) => composed(name).toLowerCase());
  return found;
}

/** macOS writes decomposed characters, others composed ones: one name is one name. */
const composed = (name: string) => name.normalize("NFC");

function endingOf(name: string): string | null {
  const file = name.slice(name.lastIndexOf("/") + 1);
  const ending = ENDINGS.find((each) => file.toLowerCase().endsWith(each));
  return ending === undefined || file.startsWith(".") ? null : ending;
}

function withSmallEnding(name: string): string {
  const ending = endingOf(name) ?? "";
  return name.slice(0, name.length - ending.length) + ending;
}
