// Runs before the first paint, so that a chosen theme does not flash. Storage may be refused (sandboxed frames).
try {
  const theme = localStorage.getItem('tollgate-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // The system's theme is used.
}
