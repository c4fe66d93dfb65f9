// A generated picture: from the server, or from this device's copy where the server does not return it (signed out, offline, expired).

import { useEffect, useState } from "preact/hooks";
import type { GeneratedImage } from "../../api.ts";
import { openStore } from "../../workspace/store.ts";

export function StoredPicture(props: {
  image: Pick<GeneratedImage, "id" | "url" | "width" | "height">;
  alt: string;
  class?: string;
}) {
  const { image } = props;
  const [copy, setCopy] = useState<{ id: string; url: string } | null>(null);
  useEffect(() => () => copy?.url && URL.revokeObjectURL(copy.url), [copy]);
  const fallBack = async () => {
    if (copy?.id === image.id) return;
    const bytes = await openStore().then((store) => store.picture(image.id));
    if (bytes) setCopy({ id: image.id, url: URL.createObjectURL(bytes) });
  };
  return (
    <img
      class={props.class ?? ""}
      src={copy?.id === image.id ? copy.url : image.url}
      alt={props.alt}
      width={image.width}
      height={image.height}
      draggable={false}
      onError={fallBack}
    />
  );
}
