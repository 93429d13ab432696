/** The panels that become tabs where room is short. */
export const TABS = ['calibration', 'metrics', 'anatomy', 'gradients'] as const
export type Tab = (typeof TABS)[number]

/** What there is room for. */
export interface Room {
  /** Whether the page is three columns beside each other, which do not scroll. */
  readonly columns: boolean
  readonly height: 'short' | 'middle' | 'tall'
  readonly projector: boolean
  /** Whether the panel of an equation stands under the fit. */
  readonly equation: boolean
  /** Whether a lesson shows the full page to somebody who has chosen the simple one. */
  readonly borrowed: boolean
}

/** The panels that share one place, as tabs; none: each has its own. The fit must keep its height: what stands under it joins the others. */
export function tabsOf({ columns, height, projector, equation, borrowed }: Room): readonly Tab[] {
  if (!columns) return []
  const isShort = height === 'short' || (height === 'middle' && (equation || borrowed))
  return projector || isShort ? TABS : []
}
