// The Web Awesome components that the page uses, each for its keyboard and
// screen reader behaviour. Native elements stand where they fit better: buttons
// (nothing to add), selects, sliders and number fields (see components/control.ts
// and slider.ts).
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js'
import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js'
import '@awesome.me/webawesome/dist/components/radio-group/radio-group.js'
import '@awesome.me/webawesome/dist/components/radio/radio.js'
import '@awesome.me/webawesome/dist/components/switch/switch.js'
import { registerIconLibrary } from '@awesome.me/webawesome/dist/components/icon/library.js'
import check from './icons/check.svg?url'

// By default icons come from elsewhere or as data: URLs; the content security
// policy rightly refuses both. The check mark of a menu is the only one here.
for (const library of ['default', 'system']) registerIconLibrary(library, { resolver: () => check })
