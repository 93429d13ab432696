// Runs before the first paint: a remembered theme must not flash. See
// vite.config.ts for why this is no module, and theme.ts for the rest.
try {
  const theme = localStorage.getItem('gnllviz.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage can be forbidden; then the system's theme holds.
}
// A page within another one is told which theme fits there.
if (document.documentElement.dataset.form === 'embed') {
  const told = /[#&]theme=(light|dark)\b/.exec(location.hash)
  if (told) document.documentElement.dataset.theme = told[1]
}
