// Runs before the first paint, so that a chosen theme never flashes. A file of its own because inline scripts are forbidden.
try {
  const chosen = localStorage.getItem("orthoplex.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be blocked; the system's theme is right then.
}
