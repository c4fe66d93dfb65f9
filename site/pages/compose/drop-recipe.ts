// Restores the form from one of our pictures, dropped anywhere on the page or chosen as a file.

import { useEffect, useState } from "preact/hooks";
import type { Form } from "../../composition/form.ts";
import { formOfRecipe } from "../../composition/recipe.ts";

const FILE_MAX_BYTES = 64 * 1024 * 1024;

export type Dropped = { form: Form; url: string } | { refused: string };

async function readDropped(file: File): Promise<Dropped> {
  if (file.size === 0) return { refused: `${file.name} is empty.` };
  if (file.size > FILE_MAX_BYTES) return { refused: `${file.name} is too large to be one of our pictures.` };
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { isPng, recipeIn } = await import("../../composition/png-text.ts");
  if (!isPng(bytes))
    return { refused: `${file.name} is not a PNG. Recipes travel only in the PNG files you download here.` };
  const form = formOfRecipe(recipeIn(bytes));
  return form
    ? { form, url: URL.createObjectURL(file) }
    : { refused: `${file.name} carries no recipe. Some programs remove it when they save a picture.` };
}

/** Calls back with the recipe of the dropped file; returns whether a file is dragged over the page. */
export function useDroppedRecipe(take: (dropped: Dropped) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const onOver = (event: DragEvent) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = async (event: DragEvent) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file) take(await readDropped(file));
    };
    document.addEventListener("dragover", onOver);
    document.addEventListener("dragleave", onLeave);
    document.addEventListener("drop", onDrop);
    return () => {
      document.removeEventListener("dragover", onOver);
      document.removeEventListener("dragleave", onLeave);
      document.removeEventListener("drop", onDrop);
    };
  }, [take]);
  return over;
}
