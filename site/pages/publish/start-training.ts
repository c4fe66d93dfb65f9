// Uploads the pictures, then requests the training. Uploaded pictures are kept: a second attempt sends only what is missing.

import { api, type Reply, type Training, type TrainingCreate, upload } from "../../api.ts";
import type { Chosen } from "./pictures.ts";

const sent = new WeakMap<Blob, string>();

export async function startTraining(
  pictures: readonly Chosen[],
  order: Pick<TrainingCreate, "adapter" | "adapter_ref" | "from_version" | "class_word" | "preset">,
  onSent: (count: number) => void,
): Promise<Reply<Training>> {
  const images: { upload_id: string; caption: string }[] = [];
  for (const { square, name, caption } of pictures) {
    onSent(images.length);
    let id = sent.get(square);
    if (!id) {
      const reply = await upload("training_image", square, `${name.replace(/\.[^.]*$/, "")}.png`);
      if (!reply.ok) return reply;
      id = reply.value.id;
      sent.set(square, id);
    }
    images.push({ upload_id: id, caption: caption.trim() });
  }
  onSent(images.length);
  return api.train({ ...order, images } as TrainingCreate);
}
