import { painted } from '../state/painted'
import { Part } from './part'

const LONGEST = 1500 // ms: a hidden page paints nothing, and still is to be whole

/**
 * A part that renders for the first time when the first fit is painted, which is
 * what people look at first; until then its panel is there and empty.
 */
export abstract class LatePart extends Part {
  #waits = true

  protected override async scheduleUpdate(): Promise<void> {
    if (this.#waits) {
      this.#waits = false
      await Promise.race([painted, new Promise((resolve) => setTimeout(resolve, LONGEST))])
    }
    await super.scheduleUpdate()
  }
}
