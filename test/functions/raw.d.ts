// Vite gives any file as text under its name and ?raw.

declare module "*?raw" {
  const text: string;
  export default text;
}
