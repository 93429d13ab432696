/** Whether a panel, a dialog or a menu lies open over the page, whosever it is: Escape is for that first. */
export function isSomethingOpen(): boolean {
  return document.querySelector(':popover-open, dialog[open], wa-dropdown[open]') !== null
}
