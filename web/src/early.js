// Runs before the first paint: a remembered theme must not flash. See
// vite.config.ts for why this is no module, and theme.ts and projector.ts for the
// rest.
const page = document.documentElement.dataset
if (page.form === 'embed') {
  // A page within another one is told which theme fits there.
  const told = /[#&]theme=(light|dark)\b/.exec(location.hash)
  if (told) page.theme = told[1]
} else {
  try {
    const theme = localStorage.getItem('gnllviz.theme')
    if (theme === 'light' || theme === 'dark') page.theme = theme
    if (localStorage.getItem('gnllviz.projector') === 'on') page.projector = ''
  } catch {
    // Storage can be forbidden; then the system's theme holds.
  }
}
