// Runs before the first paint: a remembered theme must not flash. See
// vite.config.ts for why this is no module, kept.ts for where it is remembered, and
// theme.ts and projector.ts for the rest.
const page = document.documentElement.dataset
if (page.form === 'embed') {
  // A page within another one is told which theme fits there.
  const told = /[#&]theme=(light|dark)\b/.exec(location.hash)
  if (told) page.theme = told[1]
} else {
  try {
    const kept = document.cookie
    const theme = /(?:^|; )gnllviz\.theme=(light|dark)\b/.exec(kept)
    if (theme) page.theme = theme[1]
    if (/(?:^|; )gnllviz\.projector=on\b/.test(kept)) page.projector = ''
  } catch {
    // Cookies can be forbidden; then the system's theme holds.
  }
}
