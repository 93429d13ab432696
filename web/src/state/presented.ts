import type { ReadonlySignal } from '@preact/signals-core'
import type { PresentedView } from '../generated/wire'
import { LEVELS, MOST_BANDS, PRESETS, type BandUnit, type Bands } from '../math/bands'
import { INTERVALS } from '../math/judged'
import { TABS } from './tabs'
import { LOSSES, SCALES, USUAL_SMOOTHING, type LossView, type MapView, type View } from './view'
import type { Zoom } from './zoom'

/** A part of a view that those who follow see as the presenter does, as a text: empty where it is as at first. */
export interface Shared {
  readonly name: string
  /** The texts that there are, the first of which is not said; none: there are too many. */
  readonly options: readonly string[]
  readonly get: (view: View) => string
  /** Whatever a page does not know it passes over. */
  readonly set: (view: View, text: string) => void
}

/** A part that is each page's own, and why. */
interface Own {
  readonly own: string
}

type Part = Shared | Own

/** Everything that a view says: a member of it that is not here does not compile. */
type Parts = {
  readonly [K in keyof View as View[K] extends ReadonlySignal<unknown> | Zoom ? K : never]:
    K extends 'loss' ? { readonly [F in keyof LossView]: Part } : K extends 'maps' ? { readonly [F in keyof MapView]: Part } : Part
}

/** Of each part of a view: how it is told to those who follow, or why it is each page's own. */
export const PARTS: Parts = {
  focus: { own: 'told beside it, as a lane' },
  panel: choice('panel', ['fit', 'actual', 'residual', 'targets'], (v) => v.panel.value, (v, panel) => { v.panel.value = panel }),
  tool: { own: 'what this page’s own pointer does' },
  addsTest: { own: 'what this page’s own pointer does' },
  lens: choice('lens', ['off', 'mean', 'variance'], (v) => v.lens.value, (v, lens) => { v.lens.value = lens }),
  probe: { own: 'where this page’s own pointer reads' },
  bands: {
    name: 'bands', options: [],
    get: ({ bands: { value: { unit, levels } } }) => (unit === PRESETS[0].bands.unit && String(levels) === String(PRESETS[0].bands.levels) ? '' : [unit, ...levels].join()),
    set: (v, text) => {
      const bands = text === '' ? PRESETS[0].bands : bandsOf(text)
      if (bands && (bands.unit !== v.bands.value.unit || String(bands.levels) !== String(v.bands.value.levels))) v.bands.value = bands
    },
  },
  apart: toggle('apart', (v) => v.apart.value, (v, apart) => { v.apart.value = apart }),
  noise: { own: 'what has no room on this page’s own screen' },
  compare: choice('compare', ['overlay', 'beside'], (v) => v.compare.value, (v, compare) => { v.compare.value = compare }),
  maps: {
    show: choice('maps', ['prediction', 'truth', 'difference'], (v) => v.maps.value.show, (v, show) => { v.setMaps({ show }) }),
    part: choice('part', ['total', 'aleatoric', 'epistemic'], (v) => v.maps.value.part, (v, part) => { v.setMaps({ part }) }),
    spots: choice('spots', ['target', 'residual', 'none'], (v) => v.maps.value.spots, (v, spots) => { v.setMaps({ spots }) }),
  },
  bars: choice('bars', ['95', '68'], (v) => (v.bars.value === 95 ? '95' : '68'), (v, bars) => { v.bars.value = Number(bars) as keyof typeof INTERVALS }),
  loss: {
    kind: choice('loss', ['', ...LOSSES], ({ loss: { value } }) => (value.chosen ? value.kind : ''), (v, kind) => { v.setLoss(kind === '' ? { kind: 'loss', chosen: false } : { kind }) }),
    chosen: { own: 'told with the kind' },
    scale: choice('scale', SCALES, (v) => v.loss.value.scale, (v, scale) => { v.setLoss({ scale }) }),
    logSteps: toggle('logsteps', (v) => v.loss.value.logSteps, (v, logSteps) => { v.setLoss({ logSteps }) }),
    smoothing: {
      name: 'smoothing', options: [],
      get: ({ loss: { value: { smoothing } } }) => (smoothing === USUAL_SMOOTHING ? '' : String(Number(smoothing.toFixed(3)))),
      set: (v, text) => {
        const smoothing = text === '' ? USUAL_SMOOTHING : Number(text)
        if (smoothing >= 0 && smoothing < 1 && smoothing !== v.loss.value.smoothing) v.setLoss({ smoothing })
      },
    },
    everything: toggle('everything', (v) => v.loss.value.everything, (v, everything) => { v.setLoss({ everything }) }),
    othersTrain: toggle('others', (v) => v.loss.value.othersTrain, (v, othersTrain) => { v.setLoss({ othersTrain }) }),
  },
  zoom: { own: 'who follows the training at its end and who looks at its beginning need not be in step' },
  recalibration: choice('recalibration', ['predicted', 'scaled', 'isotonic'], (v) => v.recalibration.value, (v, r) => { v.recalibration.value = r }),
  split: choice('split', ['test', 'train'], (v) => v.split.value, (v, split) => { v.split.value = split }),
  metricsOf: choice('metrics', ['each', 'shown'], (v) => v.metricsOf.value, (v, of) => { v.metricsOf.value = of }),
  pair: {
    name: 'pair', options: [],
    get: (v) => v.pair.value,
    set: (v, text) => { if (/^(\d+,\d+)?$/.test(text) && text !== v.pair.value) v.pair.value = text },
  },
  tab: choice('tab', TABS, (v) => v.tab.value, (v, tab) => { v.tab.value = tab }),
  unfolded: { own: 'the controls that somebody looks at' },
  mode: { own: 'chosen in each browser' },
  sheet: { own: 'of pages that are narrow' },
  dialog: { own: 'what somebody is busy with' },
  dropped: { own: 'what somebody is busy with' },
  text: { own: 'the address, which is made of the others' },
}

/** What those who follow see as the presenter does. */
export const SHARED: readonly Shared[] = Object.values(PARTS).flatMap((part): readonly Part[] => ('own' in part || 'get' in part ? [part] : Object.values(part))).filter((part) => 'get' in part)

/** A view as one text: two that are the same look the same. */
export function viewOf(view: View, step: number | null): PresentedView {
  const said = SHARED.map(({ name, get }) => [name, get(view)] as const).filter(([, text]) => text !== '')
  return { lane: view.focus.value, ...(step === null ? {} : { step }), view: said.map((pair) => pair.join(':')).join('~') }
}

/** Looks as that text says; what it does not say is as at first. */
export function lookAs(view: View, text: string): void {
  const asked = new Map(text.split('~').map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)]))
  for (const { name, set } of SHARED) set(view, asked.get(name) ?? '')
}

function choice<T extends string>(name: string, options: readonly T[], get: (view: View) => T, set: (view: View, value: T) => void): Shared {
  return {
    name, options,
    get: (view) => (get(view) === options[0] ? '' : get(view)),
    set: (view, text) => {
      const value = text === '' ? options[0] : options.find((o) => o === text)
      if (value !== undefined && get(view) !== value) set(view, value)
    },
  }
}

function toggle(name: string, get: (view: View) => boolean, set: (view: View, value: boolean) => void): Shared {
  return choice(name, ['off', 'on'], (v) => (get(v) ? 'on' : 'off'), (v, value) => { set(v, value === 'on') })
}

/** percent,38,68,95 */
function bandsOf(text: string): Bands | null {
  const [name, ...numbers] = text.split(',')
  const unit = (Object.keys(LEVELS) as BandUnit[]).find((u) => u === name)
  const levels = numbers.map(Number)
  if (!unit || levels.length === 0 || levels.length > MOST_BANDS || !levels.every((l) => l >= LEVELS[unit].min && l <= LEVELS[unit].max)) return null
  return { unit, levels }
}
