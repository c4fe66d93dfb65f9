// First step: the pictures. Reports at once what is wrong with a file and how many more are needed.

import { useState } from "preact/hooks";
import { countOf } from "../../ui/format.ts";
import { Notice } from "../../ui/notice.tsx";
import { captionFrom, contradictionIn } from "./captions.ts";
import { CropDialog } from "./crop-dialog.tsx";
import { DropZone } from "./drop-zone.tsx";
import { PictureTile } from "./picture-tile.tsx";
import { ACCEPTED_FILES, type Chosen, discard, readPicture, recropped } from "./pictures.ts";

export interface PictureLimits {
  min: number;
  max: number;
}

export function PictureStep(props: {
  pictures: readonly Chosen[];
  limits: PictureLimits;
  words: Record<string, string[]>;
  onChange: (change: (before: readonly Chosen[]) => readonly Chosen[]) => void;
}) {
  const { pictures, limits, onChange } = props;
  const isFreeText = Object.keys(props.words).length === 0;
  const [refusals, setRefusals] = useState<readonly string[]>([]);
  const [cropping, setCropping] = useState<string | null>(null);
  const cropped = pictures.find((picture) => picture.id === cropping);

  const take = async (files: readonly File[]) => {
    const room = limits.max - pictures.length;
    const reads = await Promise.all(files.slice(0, Math.max(0, room)).map(readPicture));
    const refused = reads.flatMap((read) => ("refused" in read ? [read.refused] : []));
    if (files.length > room) refused.push(`${limits.max} pictures are the most. The others were left out.`);
    setRefusals(refused);
    onChange((before) => [
      ...before,
      ...reads.flatMap((read) => ("picture" in read ? [captioned(read.picture)] : [])),
    ]);
  };
  const captioned = (picture: Chosen): Chosen => ({
    ...picture,
    caption: captionFrom(picture.name, isFreeText ? null : props.words),
  });
  const replace = (id: string, next: Chosen) =>
    onChange((before) => before.map((picture) => (picture.id === id ? next : picture)));

  return (
    <div class="picture-step">
      {refusals.length > 0 && (
        <Notice
          variant="warn"
          title={refusals.length === 1 ? "One file was left out" : "Some files were left out"}
        >
          {refusals.map((refusal) => (
            <p key={refusal}>{refusal}</p>
          ))}
        </Notice>
      )}
      {pictures.length > 0 && (
        <ul class="tiles">
          {pictures.map((picture, i) => (
            <PictureTile
              key={picture.id}
              picture={picture}
              number={i + 1}
              expressions={props.words.expression ?? []}
              contradiction={contradictionIn(picture.caption, props.words)}
              onCaption={(caption) => replace(picture.id, { ...picture, caption })}
              onCrop={() => setCropping(picture.id)}
              onRemove={() => {
                discard(picture);
                onChange((before) => before.filter((each) => each.id !== picture.id));
              }}
            />
          ))}
        </ul>
      )}
      {pictures.length < limits.max && (
        <DropZone
          icon="image"
          title={pictures.length === 0 ? "Drop pictures here, or choose them" : "Add more pictures"}
          slim={pictures.length > 0}
          multiple
          accept={ACCEPTED_FILES}
          hint={`${limits.min} to ${limits.max} pictures of one person, PNG, JPEG or WebP. Different moods and backgrounds help.`}
          onFiles={take}
        />
      )}
      {pictures.length > 0 && (
        <p class="quiet" role="status">
          {pictures.length < limits.min
            ? `${countOf(limits.min - pictures.length, "more picture")} needed.`
            : `${countOf(pictures.length, "picture")}. Captions are optional: say only what differs, such as the mood. ${isFreeText ? "Words are" : "Words that the base knows are"} taken from the files' names.`}
        </p>
      )}
      {cropped && (
        <CropDialog
          picture={cropped}
          onClose={() => setCropping(null)}
          onCrop={async (crop) => {
            setCropping(null);
            replace(cropped.id, await recropped(cropped, crop));
          }}
        />
      )}
    </div>
  );
}
