// What site/build/reference-file.ts gives the page of the API reference.

declare module "virtual:reference-file" {
  /** Address of Scalar's script. */
  export const referenceScript: string;
}
