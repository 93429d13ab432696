import type { Store } from './store'

/** The element that shows a run, or says why there is none. */
export interface Host {
  store: Store
  trouble: string
  /** Where there can be a run, if not at this address. */
  elsewhere: string
  askToken(why: string): Promise<string>
  /** Returns once somebody asks for a run. */
  askPlay(): Promise<void>
}
