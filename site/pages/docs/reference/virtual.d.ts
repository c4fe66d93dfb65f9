// The module that site/build/reference-file.ts provides.

declare module "virtual:reference-file" {
  /** Address of Scalar's script. */
  export const referenceScript: string;
}
