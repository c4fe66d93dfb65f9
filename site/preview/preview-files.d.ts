// The list that site/build/preview-files.ts makes at build time: base id -> its files.

declare module "virtual:preview-files" {
  export const previewFiles: Readonly<Record<string, import("./files.ts").PreviewFiles>>;
}
