// Code generated from package server/wire by `go generate ./server/wire`. DO NOT EDIT.

export const SUBPROTOCOL = "gnllviz.v2" as const
export const ALIVE_SECONDS = 2 as const
export const FRAME_HEADER_SIZE = 40 as const
export const FRAME_KIND = {"average":12,"calibration":5,"fit":3,"grid":1,"pit":6,"residual":7,"rows":4,"targetRows":9,"targetScores":10,"targetTruth":11,"targets":8,"truth":2} as const
export const SCALARS = ["train_loss","test_loss","train_nll","test_nll","train_rmse","test_rmse","train_coverage","test_coverage","log_variance","residual","constant","clamped","floor","steps_per_s","train_crps","test_crps","batch_loss","mean_norm","variance_norm","rate","guarded","train_mae","test_mae","train_r2","test_r2","train_interval","test_interval","train_sharpness","test_sharpness","train_miscal_area","test_miscal_area","train_coverage_50","test_coverage_50","train_coverage_68","test_coverage_68","train_coverage_90","test_coverage_90","verdict","scaled_verdict","scale_factor","scaled_nll","scaled_miscal_area","isotonic_miscal_area","equation_loss","equation_rms","equation_noise","parameter_1","parameter_2","parameter_3","parameter_4","parameter_5","parameter_6","parameter_7","parameter_8","spread_1","spread_2","spread_3","spread_4","spread_5","spread_6","spread_7","spread_8","train_interval_50","test_interval_50","train_interval_68","test_interval_68","train_interval_90","test_interval_90","train_interval_95","test_interval_95"] as const
export const TARGET_SCORES = ["train_nll","test_nll","train_rmse","test_rmse","train_crps","test_crps","train_coverage","test_coverage","train_r2","test_r2","verdict"] as const
export const VERDICTS = [{"id":"few","words":"too few test points"},{"id":"over","words":"overconfident"},{"id":"under","words":"underconfident"},{"id":"well","words":"calibrated on average"}] as const
export const POINT_COLUMNS = ["lane","step","train_loss","test_loss","train_nll","test_nll","train_rmse","test_rmse","train_crps","test_crps","train_coverage","test_coverage","log_variance","residual","constant","clamped","target","equation_loss","equation_rms","equation_noise","parameter_1","parameter_2","parameter_3","parameter_4","parameter_5","parameter_6","parameter_7","parameter_8"] as const
export const MAX_STEPS = 100000 as const
export const MAX_LAYERS = 4 as const
export const MAX_LANES = 6 as const
export const MAX_COLOURS = 12 as const
export const MAX_PERSON_NAME = 32 as const
export const OWN_DATA = "own" as const
export const AUTO = "auto" as const
export const BENT_ACTIVATIONS = ["relu","leaky_relu","identity"] as const
export const FIGURES = {"aleatoric":{"id":"aleatoric","label":"aleatoric std","unit":"target","better":"none","best":0,"help":"Root of the mean variance that an ensemble’s members predict: noise in the data, which more data cannot reduce."},"batch_loss":{"id":"batch_loss","label":"batch loss","unit":"nats","better":"lower","best":0,"help":"Loss per point of the last batch, before its step. Smaller batches make it noisier."},"best_nll":{"id":"best_nll","label":"best possible NLL","unit":"nats","better":"none","best":0,"help":"NLL of the true distribution, where that is known. A training NLL below it is a sign of overfitting."},"check":{"id":"check","label":"check score","unit":"target","better":"lower","best":0,"help":"Check score (pinball loss), averaged over the quantiles at 1 %, 2 % … 99 %: about half the CRPS."},"clamped":{"id":"clamped","label":"clamped points","unit":"points","better":"none","best":0,"help":"Training points with a predicted variance below eps, for which the loss uses eps instead. The gradient still flows."},"constant":{"id":"constant","label":"constant","unit":"nats","better":"none","best":0,"help":"Third term of the loss, added by full. Shifts the reported loss; no effect on training."},"coverage":{"id":"coverage","label":"coverage 95 %","unit":"%","better":"near","best":0.95,"help":"Percentage of points within the central 95 % interval. Below 95 % is overconfident, above it underconfident.","metric":50,"each":true},"coverage_50":{"id":"coverage_50","label":"coverage 50 %","unit":"%","better":"near","best":0.5,"help":"Percentage of points within the central 50 % interval. Below 50 % is overconfident, above it underconfident.","metric":110},"coverage_68":{"id":"coverage_68","label":"coverage 68 %","unit":"%","better":"near","best":0.68,"help":"Percentage of points within the central 68 % interval. Below 68 % is overconfident, above it underconfident.","metric":120},"coverage_90":{"id":"coverage_90","label":"coverage 90 %","unit":"%","better":"near","best":0.9,"help":"Percentage of points within the central 90 % interval. Below 90 % is overconfident, above it underconfident.","metric":130},"crps":{"id":"crps","label":"CRPS","unit":"target","better":"lower","best":0,"help":"Continuous ranked probability score: distance between predicted distribution and observation; equals the absolute error for a point forecast.","metric":40,"each":true},"epistemic":{"id":"epistemic","label":"epistemic std","unit":"target","better":"none","best":0,"help":"How much the means of an ensemble’s members differ: uncertainty that more data can reduce."},"equation_loss":{"id":"equation_loss","label":"equation loss","unit":"nats","better":"lower","best":0,"help":"The equation’s term of the loss: the negative log likelihood of a residual of 0 if its noise is learned, otherwise the weight times the mean squared residual."},"equation_noise":{"id":"equation_noise","label":"equation noise","unit":"","better":"none","best":0,"help":"Learned standard deviation of the residual, in the equation’s own unit. The smaller it is, the more the equation counts against the data."},"equation_rms":{"id":"equation_rms","label":"equation residual","unit":"","better":"lower","best":0,"help":"Root mean squared residual of the equation over its points, in the equation’s own unit: how far the mean is from satisfying it."},"floor":{"id":"floor","label":"minimum std","unit":"target","better":"none","best":0,"help":"Minimum standard deviation in the loss: √eps, times the target’s standard deviation if the target is standardised."},"gap":{"id":"gap","label":"excess NLL","unit":"nats","better":"lower","best":0,"help":"Excess over the best possible NLL. Negative on training points whose noise was memorised.","metric":20},"guarded":{"id":"guarded","label":"limited variances","unit":"points","better":"lower","best":0,"help":"Variances of the last batch that the exp head limited to between e^−80 and e^80, to avoid overflow."},"interval":{"id":"interval","label":"interval score","unit":"target","better":"lower","best":0,"help":"Interval width plus a penalty for points outside it, averaged over the central intervals of 1 %, 2 % … 99 %.","metric":100},"interval_50":{"id":"interval_50","label":"interval score 50 %","unit":"target","better":"lower","best":0,"help":"Winkler score of the central 50 % interval: its width plus 4 times the distance of points outside it, averaged over all points.","metric":101,"level":0.5},"interval_68":{"id":"interval_68","label":"interval score 68 %","unit":"target","better":"lower","best":0,"help":"Winkler score of the central 68 % interval: its width plus 6.25 times the distance of points outside it, averaged over all points.","metric":102,"level":0.68},"interval_90":{"id":"interval_90","label":"interval score 90 %","unit":"target","better":"lower","best":0,"help":"Winkler score of the central 90 % interval: its width plus 20 times the distance of points outside it, averaged over all points.","metric":103,"level":0.9},"interval_95":{"id":"interval_95","label":"interval score 95 %","unit":"target","better":"lower","best":0,"help":"Winkler score of the central 95 % interval: its width plus 40 times the distance of points outside it, averaged over all points.","metric":104,"level":0.95},"isotonic_miscal_area":{"id":"isotonic_miscal_area","label":"miscalibration, isotonic","unit":"","better":"lower","best":0,"help":"Miscalibration on the test set after isotonic regression, which corrects any monotonic distortion (cross-fitted on halves of the test set)."},"log_variance":{"id":"log_variance","label":"log-variance","unit":"nats","better":"none","best":0,"help":"Cost of uncertainty (first term of the loss): grows with the predicted variance, without a lower bound."},"loss":{"id":"loss","label":"loss","unit":"nats","better":"lower","best":0,"help":"Training loss per point, on the target as it is trained (standardised by default), with eps and full as set. Values of different losses cannot be compared."},"mace":{"id":"mace","label":"mean calibration error","unit":"","better":"lower","best":0,"help":"Mean absolute distance of the calibration curve from the diagonal, at 100 levels."},"mae":{"id":"mae","label":"MAE","unit":"target","better":"lower","best":0,"help":"Mean absolute error of the predicted mean. Less sensitive to outliers than the RMSE.","metric":80},"mdae":{"id":"mdae","label":"median error","unit":"target","better":"lower","best":0,"help":"Median absolute error of the predicted mean: half of the points are closer."},"mean":{"id":"mean","label":"mean","unit":"target","better":"none","best":0,"help":"Predicted mean at an input. For an ensemble: the mean of its members’ means."},"mean_norm":{"id":"mean_norm","label":"gradient norm, mean","unit":"","better":"none","best":0,"help":"Norm of the last step’s gradient for the weights of the mean and the shared layers, before clipping."},"miscal_area":{"id":"miscal_area","label":"miscalibration","unit":"","better":"lower","best":0,"help":"Area between the calibration curve and the diagonal: 0 is perfect, 0.5 is the worst possible.","metric":70},"nll":{"id":"nll","label":"NLL","unit":"nats","better":"lower","best":0,"help":"Negative log likelihood per point, in the target’s own units and with its constant, whichever loss is trained. Negative where densities exceed 1.","metric":10,"each":true},"parameter":{"id":"parameter","label":"parameter","unit":"","better":"none","best":0,"help":"A number in the equation, fixed or learned with the network. For an ensemble: the mean over its members."},"pit":{"id":"pit","label":"PIT","unit":"","better":"none","best":0,"help":"Probability integral transform: where each point falls in its own predicted distribution (0 = far below, 1 = far above). Evenly spread if calibrated."},"pull_mean":{"id":"pull_mean","label":"mean gradient","unit":"","better":"none","best":0,"help":"Derivative of the step’s loss with respect to the point’s predicted mean, on the target as it is trained. Under the NLL a small variance makes it large."},"pull_variance":{"id":"pull_variance","label":"variance gradient","unit":"","better":"none","best":0,"help":"Derivative of the step’s loss with respect to the point’s predicted log-variance. Under the NLL it is 0 if the variance equals the squared error, and at most ½ if it is larger."},"r2":{"id":"r2","label":"R²","unit":"","better":"higher","best":0,"help":"Fraction of the targets’ variance that the predicted mean explains. 1 is all of it; below 0 is worse than always predicting the average.","metric":90,"each":true},"rate":{"id":"rate","label":"learning rate","unit":"","better":"none","best":0,"help":"Learning rate of the last step, after warm-up and schedule."},"reliability":{"id":"reliability","label":"calibration curve","unit":"","better":"none","best":0,"help":"How often the truth falls inside the predicted interval, for every interval width. Below the diagonal is overconfident, above it underconfident."},"residual":{"id":"residual","label":"residual","unit":"nats","better":"near","best":0.5,"help":"Cost of errors (second term of the loss), relative to the predicted variance. Averages ½ when the variance is right."},"rmsce":{"id":"rmsce","label":"root mean squared calibration error","unit":"","better":"lower","best":0,"help":"Like the mean calibration error, but large distances count more."},"rmse":{"id":"rmse","label":"RMSE","unit":"target","better":"lower","best":0,"help":"Root mean squared error of the predicted mean. Ignores the predicted variance.","metric":30,"each":true},"row_nll":{"id":"row_nll","label":"NLL of the point","unit":"nats","better":"lower","best":0,"help":"Negative log density of the point under the predicted distribution, in the target’s own unit."},"scale_factor":{"id":"scale_factor","label":"recalibration factor","unit":"","better":"near","best":1,"help":"Factor on all standard deviations that minimises the test NLL. Above 1 they are too small, below 1 too large."},"scaled_miscal_area":{"id":"scaled_miscal_area","label":"miscalibration, rescaled","unit":"","better":"lower","best":0,"help":"Miscalibration on the test set after rescaling every standard deviation (cross-fitted on halves of the test set)."},"scaled_nll":{"id":"scaled_nll","label":"NLL, rescaled","unit":"nats","better":"lower","best":0,"help":"Test NLL after rescaling every standard deviation (cross-fitted on halves of the test set)."},"scaled_verdict":{"id":"scaled_verdict","label":"verdict, rescaled","unit":"","better":"none","best":0,"help":"Verdict on the test set after rescaling every standard deviation (cross-fitted on halves of the test set)."},"sharpness":{"id":"sharpness","label":"sharpness","unit":"target","better":"none","best":0,"help":"Average predicted std (root of the mean variance). Smaller is better, but only if calibrated.","metric":60},"spread":{"id":"spread","label":"parameter spread","unit":"","better":"none","best":0,"help":"Standard deviation of a parameter over the members of an ensemble, each of which learns its own."},"std":{"id":"std","label":"standard deviation","unit":"target","better":"none","best":0,"help":"Predicted standard deviation at an input, as the loss uses it (at least √eps). The noise chart also shows the value before eps."},"steps_per_s":{"id":"steps_per_s","label":"speed","unit":"steps/s","better":"none","best":0,"help":"Training steps per second over the last half second; 0 while paused."},"target":{"id":"target","label":"target","unit":"","better":"none","best":0,"help":"The target, counted from 1, that a point of the history belongs to."},"total":{"id":"total","label":"total std","unit":"target","better":"none","best":0,"help":"Both parts together: standard deviation of the mixture of an ensemble’s members."},"variance_norm":{"id":"variance_norm","label":"gradient norm, variance","unit":"","better":"none","best":0,"help":"Norm of the last step’s gradient for the weights that only the variance uses, before clipping."},"verdict":{"id":"verdict","label":"verdict","unit":"","better":"none","best":0,"help":"Overconfident or underconfident if the test coverage at 50, 68, 90 or 95 % is off by more than 2.5 standard errors. An average: it can hide bands that are too wide in one place and too narrow in another. Needs at least 20 test points."},"z":{"id":"z","label":"z-score","unit":"","better":"near","best":0,"help":"Distance above the predicted mean, in predicted standard deviations. If the prediction is right, 95 % of points are between −1.96 and 1.96."}} as const
export const CHARTS = {"anatomy":{"id":"anatomy","label":"What the loss is made of","help":"The terms of the Gaussian NLL at this step."},"calibration":{"id":"calibration","label":"Calibration","help":"How often the truth falls inside the predicted interval, for every interval width."},"equation":{"id":"equation","label":"Equation","help":"The residual of the equation over the same input, and the parameters as they are learned."},"fit":{"id":"fit","label":"Fit","help":"The data, the predicted mean and bands of the predicted distribution."},"loss":{"id":"loss","label":"Loss","help":"The loss or the NLL of training and test points over the steps. Marks show every change."},"map":{"id":"map","label":"Map","help":"With two inputs: the predicted mean as a colour over both, and the standard deviation beside it."},"noise":{"id":"noise","label":"Noise","help":"The predicted standard deviation over the same input, on a log axis, with its minimum √eps."},"pit_histogram":{"id":"pit_histogram","label":"PIT histogram","help":"Where each test point falls in its own predicted distribution."},"predictions":{"id":"predictions","label":"Predicted vs. actual","help":"The prediction for each point, with its interval, against the observed value."},"pull":{"id":"pull","label":"Gradients","help":"How strongly each training point changes its mean and its variance."},"residuals":{"id":"residuals","label":"Std vs. residual","help":"The error of each point against its predicted standard deviation, on log axes."},"timeline":{"id":"timeline","label":"Timeline","help":"All steps so far, with every change."}} as const
export const TARGET_UNIT = "target" as const
export const PICTURE = {"levels":[38,68,95],"opacities":[[0.22],[0.13,0.2],[0.1,0.16,0.2]],"reach_95":1.959963984540054,"pixels":1200,"fit_air":0.22,"loss_low":0.002,"loss_high":0.985,"loss_fall":0.04,"loss_air":0.06,"loss_least_air":0.02,"noise_low":0.03333333333333333,"noise_high":1.2,"equation_noise":3,"equation_opacity":0.16,"actual_air":0.04,"actual_low":0.03,"actual_high":0.97,"ticks":7,"loss_ticks":5,"equation_ticks":2,"table_places":21,"table_steps":25,"table_rows":20} as const

export type Scalar = (typeof SCALARS)[number]
export type State = 'playing' | 'paused' | 'idle' | 'diverged'
export type ControlKind = 'number' | 'integer' | 'switch' | 'choice' | 'layers' | 'text'
export type ErrorCode = 'bad_message' | 'unknown_command' | 'missing_field' | 'unknown_control' | 'bad_value' | 'out_of_range' | 'bad_state' | 'unknown_lane' | 'bad_data' | 'too_much' | 'read_only' | 'not_stored'
export type ChangeKind = 'control' | 'lane' | 'data' | 'weights' | 'begin' | 'undo' | 'redo'
export type TroubleKind = 'not_finite' | 'loss' | 'mean' | 'variance' | 'constant' | 'units'
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
  held: ReadonlyArray<number>
  average: boolean
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
  moves: number
}

export interface TrueValue {
  name: string
  value: number
}

export interface Moment {
  step: number
  revision: number
}

export interface Person {
  person: number
  name?: string
  colour: number
}

export interface PresentedView {
  lane: number
  step?: number
  view?: string
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
  by?: Person
  from?: Moment
}

export interface Goal {
  step: number | null
  nll: number | null
  plateau: number | null
}

export interface Trouble {
  kind: TroubleKind
  lane: number
  member: number
  since: number
  score: number | null
  best: number | null
  cause: ProbableCause | null
  edit: ProbableEdit | null
  row: number | null
  step: number
  text: string
}

export interface ProbableCause {
  control: string
  value: ControlValue
  suggested: ControlValue
  restart: boolean
}

export interface ProbableEdit {
  step: number
  revision: number
}

export interface LaneSet {
  lane?: number
  set: Record<string, ControlValue>
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
  name?: string
  resting?: boolean
  dataset: string
  created: string
  generation: number
  revision: number
  step: number
  state: State
  reason: string
  trouble: ReadonlyArray<Trouble>
  viewers: number
  metrics: Metrics
  lanes: ReadonlyArray<LaneSummary>
}

export interface WelcomeMessage {
  type: 'welcome'
  steer: boolean
  you: Person
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
  trouble: ReadonlyArray<Trouble>
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
  trouble: ReadonlyArray<Trouble>
  generation: number
  step: number
}

export interface OpenMessage {
  type: 'open'
  open: boolean
}

export interface ViewMessage {
  type: 'view'
  here: boolean
  lane: number
  step?: number
  view?: string
}

export interface ViewersMessage {
  type: 'viewers'
  watching: number
  steering: number
  named: ReadonlyArray<Person>
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
  lanes?: ReadonlyArray<LaneSet>
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
  lane?: number
  set?: Record<string, ControlValue>
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
  paused?: boolean
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
  frames?: boolean
  name?: string
  presents?: PresentedView
}

export type ServerMessage = WelcomeMessage | RunMessage | LanesMessage | DataMessage | ChangeMessage | StateMessage | OpenMessage | ViewMessage | ViewersMessage | HistoryMessage | GapMessage | AliveMessage | Ack | ErrorMessage

export type Command = Hello | ChangeCommand | PlayCommand | PauseCommand | StepCommand | EpochCommand | UntilCommand | ResetCommand | RestoreCommand | UndoCommand | RedoCommand | ReturnCommand | LaneAddCommand | LaneRemoveCommand | LaneEditCommand | EditCommand | DataCommand | BeginCommand | AcquireCommand | OpenCommand | WatchCommand
