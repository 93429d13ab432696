// Code generated from package server/wire by `go generate ./server/wire`. DO NOT EDIT.

export const SUBPROTOCOL = "gnllviz.v2" as const
export const ALIVE_SECONDS = 2 as const
export const FRAME_HEADER_SIZE = 40 as const
export const FRAME_KIND = {"calibration":5,"fit":3,"grid":1,"pit":6,"residual":7,"rows":4,"targetRows":9,"targetScores":10,"targetTruth":11,"targets":8,"truth":2} as const
export const SCALARS = ["train_loss","test_loss","train_nll","test_nll","train_rmse","test_rmse","train_coverage","test_coverage","log_variance","residual","constant","clamped","floor","steps_per_s","train_crps","test_crps","batch_loss","mean_norm","variance_norm","rate","guarded","train_mae","test_mae","train_r2","test_r2","train_interval","test_interval","train_sharpness","test_sharpness","train_miscal_area","test_miscal_area","train_coverage_50","test_coverage_50","train_coverage_68","test_coverage_68","train_coverage_90","test_coverage_90","verdict","scaled_verdict","scale_factor","scaled_nll","scaled_miscal_area","isotonic_miscal_area","equation_loss","equation_rms","equation_noise","parameter_1","parameter_2","parameter_3","parameter_4","parameter_5","parameter_6","parameter_7","parameter_8","spread_1","spread_2","spread_3","spread_4","spread_5","spread_6","spread_7","spread_8","train_interval_50","test_interval_50","train_interval_68","test_interval_68","train_interval_90","test_interval_90","train_interval_95","test_interval_95"] as const
export const TARGET_SCORES = ["train_nll","test_nll","train_rmse","test_rmse","train_crps","test_crps","train_coverage","test_coverage","train_r2","test_r2","verdict"] as const
export const VERDICTS = [{"id":"few","words":"too few rows"},{"id":"over","words":"overconfident"},{"id":"under","words":"underconfident"},{"id":"well","words":"well calibrated"}] as const
export const POINT_COLUMNS = ["lane","step","train_loss","test_loss","train_nll","test_nll","train_rmse","test_rmse","train_crps","test_crps","train_coverage","test_coverage","log_variance","residual","constant","clamped","target","equation_loss","equation_rms","equation_noise","parameter_1","parameter_2","parameter_3","parameter_4","parameter_5","parameter_6","parameter_7","parameter_8"] as const
export const MAX_STEPS = 100000 as const
export const MAX_LAYERS = 4 as const
export const MAX_LANES = 6 as const
export const MAX_COLOURS = 12 as const
export const OWN_DATA = "own" as const
export const AUTO = "auto" as const
export const BENT_ACTIVATIONS = ["relu","leaky_relu","identity"] as const
export const FIGURES = {"aleatoric":{"id":"aleatoric","label":"aleatoric std","unit":"target","better":"none","best":0,"help":"The standard deviation that the members of an ensemble predict, by the mean of their variances: the noise of the data, which more data cannot cure."},"batch_loss":{"id":"batch_loss","label":"batch loss","unit":"nats","better":"lower","best":0,"help":"The loss of the last step’s batch before that step, per row: what the step really saw, and as noisy as the batch is small."},"best_nll":{"id":"best_nll","label":"best attainable NLL","unit":"nats","better":"none","best":0,"help":"The NLL of the distribution that the rows were drawn from, where that is known: to be below it on training rows is to have overfitted them."},"check":{"id":"check","label":"check score","unit":"target","better":"lower","best":0,"help":"Check score, or pinball loss, averaged over the quantiles at 1 %, 2 % … 99 %: about half the CRPS."},"clamped":{"id":"clamped","label":"clamped rows","unit":"rows","better":"none","best":0,"help":"Training rows whose predicted variance is below eps, so that the loss takes eps in its place; the gradient passes as if it did not."},"constant":{"id":"constant","label":"constant","unit":"nats","better":"none","best":0,"help":"The loss’s third term, which full adds: it moves the curve and nothing else."},"coverage":{"id":"coverage","label":"coverage 95 %","unit":"%","better":"near","best":0.95,"help":"Share of the rows within the central 95 % interval: below 95 the network is overconfident, above it is too wide.","metric":50,"each":true},"coverage_50":{"id":"coverage_50","label":"coverage 50 %","unit":"%","better":"near","best":0.5,"help":"Share of the rows within the central 50 % interval: below 50 the network is overconfident, above it is too wide.","metric":110},"coverage_68":{"id":"coverage_68","label":"coverage 68 %","unit":"%","better":"near","best":0.68,"help":"Share of the rows within the central 68 % interval: below 68 the network is overconfident, above it is too wide.","metric":120},"coverage_90":{"id":"coverage_90","label":"coverage 90 %","unit":"%","better":"near","best":0.9,"help":"Share of the rows within the central 90 % interval: below 90 the network is overconfident, above it is too wide.","metric":130},"crps":{"id":"crps","label":"CRPS","unit":"target","better":"lower","best":0,"help":"Continuous ranked probability score: how far the predicted distribution is from the row, and the absolute error where it has no width.","metric":40,"each":true},"epistemic":{"id":"epistemic","label":"epistemic std","unit":"target","better":"none","best":0,"help":"By how much the members of an ensemble differ in their means: what more data can cure."},"equation_loss":{"id":"equation_loss","label":"equation’s loss","unit":"nats","better":"lower","best":0,"help":"What the equation adds to the loss, over its points: with a learned noise the negative log likelihood of a residual of 0, else the weight times its mean square."},"equation_noise":{"id":"equation_noise","label":"noise of the equation","unit":"","better":"none","best":0,"help":"The learned standard deviation of the residual, in the equation’s own unit: the smaller it is, the more the equation counts beside the rows."},"equation_rms":{"id":"equation_rms","label":"residual of the equation","unit":"","better":"lower","best":0,"help":"The root of the equation’s mean squared residual over its points, in the equation’s own unit: by how much the mean breaks it."},"floor":{"id":"floor","label":"floor","unit":"target","better":"none","best":0,"help":"The least standard deviation that the loss sees: the root of eps, times the target’s standard deviation where that is standardised."},"gap":{"id":"gap","label":"gap to best","unit":"nats","better":"lower","best":0,"help":"How far the NLL is above the best attainable one: on training rows below 0 where noise was learned by heart.","metric":20},"guarded":{"id":"guarded","label":"guarded variances","unit":"rows","better":"lower","best":0,"help":"Variances of the last step’s batch that the exp head held within e to the ±80, since float32 could not go on."},"interval":{"id":"interval","label":"interval score","unit":"target","better":"lower","best":0,"help":"Width of a central interval, and a fine for each row outside by how far and how sure it was, averaged over the intervals of 1 %, 2 % … 99 %.","metric":100},"interval_50":{"id":"interval_50","label":"interval score 50 %","unit":"target","better":"lower","best":0,"help":"Winkler score of the central 50 % interval: its mean width, and 4 times as far as each row lies outside it, averaged over all rows.","metric":101,"level":0.5},"interval_68":{"id":"interval_68","label":"interval score 68 %","unit":"target","better":"lower","best":0,"help":"Winkler score of the central 68 % interval: its mean width, and 6.25 times as far as each row lies outside it, averaged over all rows.","metric":102,"level":0.68},"interval_90":{"id":"interval_90","label":"interval score 90 %","unit":"target","better":"lower","best":0,"help":"Winkler score of the central 90 % interval: its mean width, and 20 times as far as each row lies outside it, averaged over all rows.","metric":103,"level":0.9},"interval_95":{"id":"interval_95","label":"interval score 95 %","unit":"target","better":"lower","best":0,"help":"Winkler score of the central 95 % interval: its mean width, and 40 times as far as each row lies outside it, averaged over all rows.","metric":104,"level":0.95},"isotonic_miscal_area":{"id":"isotonic_miscal_area","label":"miscalibration, isotonic","unit":"","better":"lower","best":0,"help":"The miscalibration of the test rows after isotonic regression on the other half of them: any distortion that keeps the order is undone."},"log_variance":{"id":"log_variance","label":"log-variance","unit":"nats","better":"none","best":0,"help":"The loss’s first term: what a prediction pays for being vague; it falls without bound as the variance does."},"loss":{"id":"loss","label":"loss","unit":"nats","better":"lower","best":0,"help":"What training goes down on, averaged over the rows: of the target as it is trained on, with eps and full as they are set; losses of several kinds cannot be compared by it."},"mace":{"id":"mace","label":"mean calibration error","unit":"","better":"lower","best":0,"help":"Mean absolute distance of the calibration curve from its diagonal, at 100 levels."},"mae":{"id":"mae","label":"MAE","unit":"target","better":"lower","best":0,"help":"Mean distance from the predicted mean: gentler with outliers than the RMSE.","metric":80},"mdae":{"id":"mdae","label":"median error","unit":"target","better":"lower","best":0,"help":"Median distance from the predicted mean: half of the rows are nearer."},"mean":{"id":"mean","label":"mean","unit":"target","better":"none","best":0,"help":"The predicted mean at an input; of an ensemble the mean of its members’ means."},"mean_norm":{"id":"mean_norm","label":"gradient of the mean","unit":"","better":"none","best":0,"help":"Length of the last step’s gradient in the weights of the mean and of the layers that both share, before any clipping."},"miscal_area":{"id":"miscal_area","label":"miscalibration","unit":"","better":"lower","best":0,"help":"Area between the calibration curve and its diagonal: 0 is calibrated, ½ as wrong as can be.","metric":70},"nll":{"id":"nll","label":"NLL","unit":"nats","better":"lower","best":0,"help":"Mean negative log likelihood of a row, in the target’s own units and with its constant, whichever loss is trained; below 0 where densities are above 1.","metric":10,"each":true},"parameter":{"id":"parameter","label":"parameter","unit":"","better":"none","best":0,"help":"A number in the equation, fixed or learned with the network; of an ensemble the mean over its members."},"pit":{"id":"pit","label":"PIT","unit":"","better":"none","best":0,"help":"Probability integral transform: the predicted probability of an observation at or below the one that was made; even from 0 to 1 if the prediction is calibrated."},"pull_mean":{"id":"pull_mean","label":"pull on the mean","unit":"","better":"none","best":0,"help":"Derivative of a step’s loss with respect to the row’s predicted mean, standardised as it is trained: under the NLL a small variance makes it large."},"pull_variance":{"id":"pull_variance","label":"pull on the variance","unit":"","better":"none","best":0,"help":"Derivative of a step’s loss with respect to the row’s predicted log-variance: 0 where the variance is the squared error, at most ½ under the NLL where it is too large."},"r2":{"id":"r2","label":"R²","unit":"","better":"higher","best":0,"help":"Share of the targets’ variance that the predicted mean explains: 1 is all of it, below 0 is worse than their own mean.","metric":90,"each":true},"rate":{"id":"rate","label":"learning rate","unit":"","better":"none","best":0,"help":"The learning rate of the last step: the control’s, times what the schedule makes of it."},"reliability":{"id":"reliability","label":"calibration curve","unit":"","better":"none","best":0,"help":"Of the rows that a central interval should hold, the share that it does: below the diagonal is overconfident, above it underconfident."},"residual":{"id":"residual","label":"residual","unit":"nats","better":"near","best":0.5,"help":"The loss’s second term: what a prediction pays for having been wrong, by its own measure; ½ where the variance is the mean squared error."},"rmsce":{"id":"rmsce","label":"root mean squared calibration error","unit":"","better":"lower","best":0,"help":"As the mean calibration error, with large distances weighing more."},"rmse":{"id":"rmse","label":"RMSE","unit":"target","better":"lower","best":0,"help":"Root of the mean squared distance from the predicted mean: it knows nothing of the variance.","metric":30,"each":true},"row_nll":{"id":"row_nll","label":"NLL of the row","unit":"nats","better":"lower","best":0,"help":"The negative log density of the row under the predicted distribution, in the target’s own unit."},"scale_factor":{"id":"scale_factor","label":"recalibration factor","unit":"","better":"near","best":1,"help":"The factor on all standard deviations that makes the test NLL least: above 1 they are too small, below 1 too large."},"scaled_miscal_area":{"id":"scaled_miscal_area","label":"miscalibration, rescaled","unit":"","better":"lower","best":0,"help":"The miscalibration of the test rows after recalibration by a factor that was learned from the other half of them."},"scaled_nll":{"id":"scaled_nll","label":"NLL, rescaled","unit":"nats","better":"lower","best":0,"help":"The test NLL after recalibration by a factor that was learned from the other half of the test rows."},"scaled_verdict":{"id":"scaled_verdict","label":"verdict, rescaled","unit":"","better":"none","best":0,"help":"The verdict on the test rows after recalibration by a factor that was learned from the other half of them."},"sharpness":{"id":"sharpness","label":"sharpness","unit":"target","better":"none","best":0,"help":"Root of the mean predicted variance: how much is promised; of no worth without the calibration beside it.","metric":60},"spread":{"id":"spread","label":"spread of a parameter","unit":"","better":"none","best":0,"help":"The standard deviation of a parameter over the members of an ensemble, each of which learns its own."},"std":{"id":"std","label":"standard deviation","unit":"target","better":"none","best":0,"help":"The predicted standard deviation at an input, clamped to the floor as the loss sees it; the noise chart also shows what lies below."},"steps_per_s":{"id":"steps_per_s","label":"speed","unit":"steps/s","better":"none","best":0,"help":"Training steps a second over the last half second; 0 while paused."},"target":{"id":"target","label":"target","unit":"","better":"none","best":0,"help":"Which of several targets a point of the history is of, counted from 1."},"total":{"id":"total","label":"total std","unit":"target","better":"none","best":0,"help":"Both parts together: the standard deviation of the mixture of an ensemble’s members."},"variance_norm":{"id":"variance_norm","label":"gradient of the variance","unit":"","better":"none","best":0,"help":"Length of the last step’s gradient in the weights of the variance’s own part, before any clipping."},"verdict":{"id":"verdict","label":"verdict","unit":"","better":"none","best":0,"help":"Over- or underconfident where the coverage of 50, 68, 90 or 95 % on the test rows is off by more than two and a half standard errors; fewer than 20 rows are too few to say."},"z":{"id":"z","label":"z-score","unit":"","better":"near","best":0,"help":"How many predicted standard deviations a row lies above the predicted mean; between −1.96 and 1.96 for 95 rows of 100 if the prediction is right."}} as const
export const CHARTS = {"anatomy":{"id":"anatomy","label":"Anatomy of the loss","help":"How the terms of the Gaussian NLL share the loss of this moment."},"calibration":{"id":"calibration","label":"Calibration","help":"Of the test rows that central intervals should hold, the share that they do, over all probabilities."},"equation":{"id":"equation","label":"Equation","help":"By how much the mean breaks its equation over the same input, and the numbers in the equation as they are learned."},"fit":{"id":"fit","label":"Fit","help":"The rows, the predicted mean, and bands of the predicted distribution over the input."},"loss":{"id":"loss","label":"Loss","help":"The loss, or the NLL, of training and test rows over the steps, with a mark wherever something was changed."},"map":{"id":"map","label":"Map","help":"With two inputs: the predicted mean as colour over both, and beside it the standard deviation."},"noise":{"id":"noise","label":"Noise","help":"The predicted standard deviation over the same input, on a log axis, and the floor that eps puts under it."},"pit_histogram":{"id":"pit_histogram","label":"PIT histogram","help":"How the test rows spread over their own predicted distributions."},"predictions":{"id":"predictions","label":"Predicted vs. actual","help":"What was predicted for each row, with its interval, over what was there."},"pull":{"id":"pull","label":"Pull on the network","help":"How hard each training row pulls on its mean and on its variance."},"residuals":{"id":"residuals","label":"Std vs. residual","help":"How far each row is from its predicted mean, over how far that was expected, on log axes."},"timeline":{"id":"timeline","label":"Timeline","help":"The steps from the first to the present one, with every change."}} as const
export const TARGET_UNIT = "target" as const
export const PICTURE = {"levels":[38,68,95],"opacities":[[0.22],[0.13,0.2],[0.1,0.16,0.2]],"reach_95":1.959963984540054,"pixels":1200,"fit_air":0.22,"loss_low":0.002,"loss_high":0.985,"loss_fall":0.04,"loss_air":0.06,"loss_least_air":0.02,"noise_low":0.03333333333333333,"noise_high":1.2,"equation_noise":3,"equation_opacity":0.16,"actual_air":0.04,"actual_low":0.03,"actual_high":0.97,"ticks":7,"loss_ticks":5,"equation_ticks":2,"table_places":21,"table_steps":25,"table_rows":20} as const

export type Scalar = (typeof SCALARS)[number]
export type State = 'playing' | 'paused' | 'idle' | 'diverged'
export type ControlKind = 'number' | 'integer' | 'switch' | 'choice' | 'layers' | 'text'
export type ErrorCode = 'bad_message' | 'unknown_command' | 'missing_field' | 'unknown_control' | 'bad_value' | 'out_of_range' | 'bad_state' | 'unknown_lane' | 'bad_data' | 'too_much' | 'read_only'
export type ChangeKind = 'control' | 'lane' | 'data' | 'weights' | 'begin' | 'undo' | 'redo'
export type Better = 'lower' | 'higher' | 'near' | 'none'
export type FigureID = keyof typeof FIGURES
export type ChartID = keyof typeof CHARTS
export type ControlValue = number | boolean | string | readonly number[]
/** Not finite numbers are null. The members are POINT_COLUMNS. */
export type Point = readonly (number | null)[]

export interface Data {
  name: string
  title: string
  help: string
  source: string
  revision: number
  inputs: ReadonlyArray<Column>
  target: Column
  targets: ReadonlyArray<Column>
  shown_target: number
  slice: number
  sources: ReadonlyArray<InputSource>
  train: number
  test: number
  pool: number
  ids: ReadonlyArray<number>
  x: ReadonlyArray<ReadonlyArray<number>>
  y: ReadonlyArray<number>
  all_y?: ReadonlyArray<ReadonlyArray<number>>
  is_test: ReadonlyArray<boolean>
  target_std: number | null
  truth: boolean
  best_train_nll: number | null
  best_test_nll: number | null
  by_target?: ReadonlyArray<TargetData>
  dropped: ReadonlyArray<Drop>
  dropped_rows: number
  auto: Record<string, number>
  equation?: Equation
  private: boolean
}

export interface TargetData {
  std: number | null
  best_train_nll: number | null
  best_test_nll: number | null
}

export interface Drop {
  row: number
  column: string
  reason: string
}

export interface LeftOut {
  column: string
  kind?: string
  reason: string
  value?: string
  rows: number
  first_row: number
}

export interface Column {
  name: string
  unit: string
}

export interface Lane {
  lane: number
  name: string
  colour: number
  controls: Record<string, ControlValue>
  params: number
  auto?: Record<string, number>
  from: Origin | null
  parameters: ReadonlyArray<LaneParameter>
}

export interface Origin {
  lane: number
  step: number
}

export interface LaneParameter {
  name: string
  learned: boolean
  value: number
  true: number | null
}

export interface Equation {
  text: string
  parameters: ReadonlyArray<TrueValue>
}

export interface InputSource {
  name: string
  unit: string
  kind: string
  values: ReadonlyArray<string>
  first: number
  inputs: number
  held: string
}

export interface TrueValue {
  name: string
  value: number
}

export interface Change {
  revision: number
  generation: number
  step: number
  kind: ChangeKind
  lane: number | null
  control: string
  old: ControlValue
  new: ControlValue
  text: string
  dataset?: string
  undo: boolean
}

export interface Goal {
  step: number | null
  nll: number | null
  plateau: number | null
}

export interface NewRow {
  x: ReadonlyArray<number>
  y: number
  test?: boolean
  targets?: ReadonlyArray<number>
}

export interface MovedRow {
  row: number
  x: ReadonlyArray<number>
  y: number
  target?: number
}

export interface DataSpec {
  formula?: FormulaSpec
  csv?: CSVSpec
  rows?: RowsSpec
}

export interface LaneSpec {
  name?: string
  colour?: number
  controls?: Record<string, ControlValue>
  state?: string
}

export interface FormulaSpec {
  mean: string
  std: string
  from: number
  to: number
  rows: number
  inputs?: number
}

export interface CSVSpec {
  text: string
  target?: string
  inputs?: ReadonlyArray<string>
  targets?: ReadonlyArray<string>
  header?: string
  delimiter?: string
  decimal?: string
  missing?: ReadonlyArray<string>
  circles?: ReadonlyArray<string>
  lacking?: string
  test?: string
}

export interface RowsSpec {
  inputs: ReadonlyArray<Column>
  target?: Column
  targets?: ReadonlyArray<Column>
  count: number
  test?: number
  sha256?: string
  x?: ReadonlyArray<number>
  y?: ReadonlyArray<number>
  encoding?: ReadonlyArray<SourceColumn>
  dropped?: ReadonlyArray<Drop>
  dropped_rows?: number
}

export interface SourceColumn {
  name: string
  unit?: string
  kind: string
  values?: ReadonlyArray<string>
  layout?: string
  circles?: ReadonlyArray<string>
  fill?: ReadonlyArray<number>
}

export interface Figure {
  id: string
  label: string
  unit: string
  better: Better
  best: number
  help: string
  metric?: number
  each?: boolean
  level?: number
}

export interface Chart {
  id: string
  label: string
  help: string
}

export interface Option {
  value: string
  label: string
  help: string
}

export interface When {
  control: string
  values: ReadonlyArray<string>
}

export interface Control {
  name: string
  label: string
  help: string
  unit: string
  group: string
  kind: ControlKind
  default: ControlValue
  min: number
  max: number
  zero: boolean
  auto: string
  step: number
  log: boolean
  live: boolean
  run: boolean
  options: ReadonlyArray<Option>
  advanced: boolean
  when: When
}

export interface Metrics {
  train: SplitMetrics
  test: SplitMetrics
}

export interface SplitMetrics {
  nll: number | null
  rmse: number | null
  mae: number | null
  crps: number | null
  coverage: number | null
}

export interface LaneSummary {
  lane: number
  name: string
  metrics: Metrics
}

export interface Summary {
  id: string
  dataset: string
  created: string
  generation: number
  revision: number
  step: number
  state: State
  reason: string
  viewers: number
  metrics: Metrics
  lanes: ReadonlyArray<LaneSummary>
}

export interface WelcomeMessage {
  type: 'welcome'
  steer: boolean
}

export interface RunMessage {
  type: 'run'
  id: string
  lesson: string
  title: string
  generation: number
  revision: number
  step: number
  state: State
  reason: string
  goal: Goal | null
  open: boolean
  redo: number
  controls: Record<string, ControlValue>
  lanes: ReadonlyArray<Lane>
  changes: ReadonlyArray<Change>
  data: Data
  points: number
  next: number
}

export interface LanesMessage {
  type: 'lanes'
  revision: number
  lanes: ReadonlyArray<Lane>
}

export interface DataMessage {
  type: 'data'
  data: Data
}

export interface ChangeMessage {
  type: 'change'
  change: Change
}

export interface StateMessage {
  type: 'state'
  state: State
  reason: string
  goal: Goal | null
  generation: number
  step: number
}

export interface OpenMessage {
  type: 'open'
  open: boolean
}

export interface HistoryMessage {
  type: 'history'
  generation: number
  first: number
  points: ReadonlyArray<Point>
}

export interface GapMessage {
  type: 'gap'
}

export interface AliveMessage {
  type: 'alive'
}

export interface Ack {
  type: 'ack'
  id: number
  revision: number
  generation: number
  step: number
  lane: number
  left_out?: ReadonlyArray<LeftOut>
  warnings?: ReadonlyArray<string>
}

export interface ErrorMessage {
  type: 'error'
  id: number
  code: ErrorCode
  control: string
  reason: string
  field?: string
}

export interface Hello {
  type: 'hello'
  generation?: number
  next?: number
  key?: string
}

export interface ChangeCommand {
  type: 'change'
  id: number
  lane?: number
  set: Record<string, ControlValue>
}

export interface PlayCommand {
  type: 'play'
  id: number
}

export interface PauseCommand {
  type: 'pause'
  id: number
}

export interface StepCommand {
  type: 'step'
  id: number
  steps: number
}

export interface EpochCommand {
  type: 'epoch'
  id: number
}

export interface UntilCommand {
  type: 'until'
  id: number
  step?: number
  nll?: number
  plateau?: number
}

export interface ResetCommand {
  type: 'reset'
  id: number
  rows?: boolean
}

export interface RestoreCommand {
  type: 'restore'
  id: number
}

export interface UndoCommand {
  type: 'undo'
  id: number
  revision?: number
}

export interface RedoCommand {
  type: 'redo'
  id: number
}

export interface ReturnCommand {
  type: 'return'
  id: number
  step: number
}

export interface LaneAddCommand {
  type: 'lane_add'
  id: number
  copy?: number
  name?: string
  colour?: number
  set?: Record<string, ControlValue>
}

export interface LaneRemoveCommand {
  type: 'lane_remove'
  id: number
  lane: number
}

export interface LaneEditCommand {
  type: 'lane_edit'
  id: number
  lane: number
  name?: string
  colour?: number
}

export interface EditCommand {
  type: 'edit'
  id: number
  add?: ReadonlyArray<NewRow>
  move?: ReadonlyArray<MovedRow>
  erase?: ReadonlyArray<number>
  take?: ReadonlyArray<number>
}

export interface DataCommand {
  type: 'data'
  id: number
  data: DataSpec
}

export interface BeginCommand {
  type: 'begin'
  id: number
  title?: string
  lesson?: string
  set?: Record<string, ControlValue>
  lanes?: ReadonlyArray<LaneSpec>
  data?: DataSpec
}

export interface AcquireCommand {
  type: 'acquire'
  id: number
  count: number
}

export interface OpenCommand {
  type: 'open'
  id: number
  open: boolean
}

export interface WatchCommand {
  type: 'watch'
  id: number
  frames: boolean
}

export type ServerMessage = WelcomeMessage | RunMessage | LanesMessage | DataMessage | ChangeMessage | StateMessage | OpenMessage | HistoryMessage | GapMessage | AliveMessage | Ack | ErrorMessage

export type Command = Hello | ChangeCommand | PlayCommand | PauseCommand | StepCommand | EpochCommand | UntilCommand | ResetCommand | RestoreCommand | UndoCommand | RedoCommand | ReturnCommand | LaneAddCommand | LaneRemoveCommand | LaneEditCommand | EditCommand | DataCommand | BeginCommand | AcquireCommand | OpenCommand | WatchCommand
