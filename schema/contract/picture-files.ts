// What files of pictures are called, wherever pictures are read from a folder, a zip or a file chooser. gpu-runner/orthoplex/pictures.py
// has the same lists; tests of both read schema/examples/training-files.json.

/** PNG, JPEG and WebP, with all endings that programs write them under. */
export const PICTURE_ENDINGS = [".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp", ".webp"];

/** Formats of cameras and editors that no base reads. They are refused by name: a training without them would not be the requested one. */
export const OTHER_PICTURE_ENDINGS = [
  ...[".heic", ".heif", ".hif", ".avif", ".jxl", ".jp2", ".tif", ".tiff", ".bmp", ".gif", ".svg", ".ico"],
  ...[".tga", ".psd", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".raf", ".rw2"],
];

/** Of other files that people name by mistake where a picture, weights or a folder are written: what is named so is not meant as a folder. */
const OTHER_FILE_ENDINGS = [
  ...[".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".onnx", ".zip", ".tar", ".gz", ".7z"],
  ...[".json", ".toml", ".yaml", ".yml", ".txt", ".md", ".csv", ".pdf", ".mp4"],
];

/** Whether a name ends as files do; `v1.5` does not. */
export const isFileEnding = (ending: string) =>
  [...PICTURE_ENDINGS, ...OTHER_PICTURE_ENDINGS, ...OTHER_FILE_ENDINGS].includes(ending.toLowerCase());

/** What a file's name says of it; null where it names no picture. Hidden files are none: macOS leaves a `._NAME` beside each file on foreign disks. */
export function pictureKindOf(name: string): "picture" | "other" | null {
  const file = name.slice(name.lastIndexOf("/") + 1);
  const dot = file.lastIndexOf(".");
  if (dot < 1 || file.startsWith(".")) return null;
  const ending = file.slice(dot).toLowerCase();
  if (PICTURE_ENDINGS.includes(ending)) return "picture";
  return OTHER_PICTURE_ENDINGS.includes(ending) ? "other" : null;
}
