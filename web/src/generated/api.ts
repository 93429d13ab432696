// Made by web/generate.mjs of server/api/openapi.json, what the program says of itself. Do not edit.
import type { ControlValue, DataSpec, LaneSpec } from './wire'

/** @description An Action is what the button beside a lesson's "try" does: one change, which one undo takes back. */
export interface Action {
    /** @description What these sentences say, in figures, where the run pauses after it: the program's tests do it and hold the lesson to them. They have no "after". */
    readonly claims?: readonly Claim[];
    /** @description Rows to erase, by their numbers from 0. */
    readonly erase?: readonly number[];
    /** @description The lane whose controls are set; without it those of the run and of every lane. */
    readonly lane?: string;
    /** @description Whether the lesson begins again at step 0 with these settings: the same first weights, and its own rows as they were. */
    readonly reset?: boolean;
    /** @description Controls and their new values. */
    readonly set?: Readonly<Record<string, ControlValue>>;
    /** @description Where it is to be seen: a spot for each of these sentences. */
    readonly spots?: readonly Spot[];
    /** @description After so many further steps, or after step 0 with a reset, the run pauses by itself, as what is to be seen is there; without it training continues. */
    readonly steps?: number;
    /** @description One to three short sentences: what there is to see after it, in place of those of the lesson. */
    readonly watch?: readonly string[];
}

/** @description A badCell is a cell that holds no number. */
export interface BadCell {
    /** @description The name of its column. */
    readonly column: string;
    /** @description Line of the file, counted from 1. */
    readonly row: number;
    /** @description As it stands in the file, cut if it is long. */
    readonly value: string;
    /** @description Why it holds no number, in words. */
    readonly why: string;
}

/** @description A Choice is one answer to a question. */
export interface Choice {
    /** @description The answer, in one line. */
    readonly answer: string;
    /** @description What the answer says, in figures: where the run pauses, all of these hold for the right answer and for no other. The program's tests check it. They have no "after". */
    readonly holds?: readonly Claim[];
    /** @description Whether it is the right one. */
    readonly right?: boolean;
}

/** @description A Claim is what a lesson says of a model, in figures: from a step on, a figure is within bounds. Compared with another figure, the bounds are those of the ratio (than) or of the difference (minus). */
export interface Claim {
    /** @description Steps after which the claim holds, and continues to hold; left out in a choice, which is about the step of the pause. */
    readonly after?: number;
    /** @description A scalar of frames, such as test_rmse; mean, std or epistemic of the fit at x; widest or narrowest, the largest and smallest std of the fit; clamped_share, the fraction of training rows below eps; jumps, the sum of all increases of the training loss in the second half of the steps; or correlation, that of the z-scores of the first two targets on the test rows. */
    readonly figure: string;
    /**
     * @description Which verdict it is; only for verdict and scaled_verdict, in place of bounds.
     * @enum {string}
     */
    readonly is?: "few" | "over" | "under" | "well";
    /** @description The lane's name; A in a lesson without lanes. */
    readonly lane: string;
    /** @description The lower bound; without it there is none. */
    readonly least?: number;
    /** @description The lane to subtract: the claim is about the difference. */
    readonly minus?: string;
    /** @description The upper bound; without it there is none. */
    readonly most?: number;
    /** @description The figure to compare with, at the same x, if it is not the same figure; than and minus may then name the same lane. */
    readonly other?: string;
    /** @description The lane to divide by: the claim is about the ratio. */
    readonly than?: string;
    /** @description Where on the fit, in the input's unit; only for mean, std and epistemic. */
    readonly x?: number;
}

/** @description A curve is one quantity over the steps. */
export interface Curve {
    /** @description Every point that was recorded in the range is here. Else the extremes are, and the first that is not finite, of each pixel: ask for a shorter range to see more. */
    readonly full: boolean;
    /** @description How many of them are not finite. */
    readonly not_finite: number;
    /** @description How many points were recorded in the range. */
    readonly of: number;
    /** @description Strictly ascending. */
    readonly steps: readonly number[];
    /** @description The value at each step; null where it is not finite. */
    readonly values: readonly (number | null)[];
}

/** @description A Draw asks for a model's band of 95 % to be drawn. */
export interface Draw {
    /** @description The name of the lane whose band it is; A in a lesson without lanes. */
    readonly lane: string;
}

/** @description A farValue is a number that stands in a column again and again, far outside the rest. */
export interface FarValue {
    /** @description How often it stands there. */
    readonly count: number;
    /** @description The number. */
    readonly value: number;
}

/** @description A Format is one kind of file. */
export interface Format {
    /** @description Whether it is made of a fit along one input: not of a run that shows a map of two. */
    readonly along: boolean;
    /** @description What the file is called among the others. */
    readonly file: string;
    /** @description In which form it is that; where that says it all, the same. */
    readonly form: string;
    /** @description Of what kind it is: model, source, table, chart or all. */
    readonly group: string;
    /** @description One sentence. */
    readonly help: string;
    /** @description What it is of and in which form. */
    readonly label: string;
    /** @description Its type. */
    readonly media: string;
    /** @description By which it is asked for. */
    readonly name: string;
    /** @description What it is of, the same for all forms of one thing. */
    readonly of: string;
    /** @description Whether it can be imported as a run. */
    readonly read: boolean;
    /** @description Whether rows that were learned from are in it, as numbers or drawn, unless they are left out. */
    readonly rows: boolean;
}

/** @description An inspectedColumn is what was found in one column. */
export interface InspectedColumn {
    /**
     * @description How its dates are written, as Go's package time has it, where it can be an input that becomes days; else empty.
     * @example 2006-1-2
     */
    readonly date: string;
    /** @description Its decimal mark. */
    readonly decimal: string;
    /** @description Different values; not counted beyond 1000. */
    readonly distinct: number;
    /** @description Values that stand in it again and again, far outside the rest, as those do that stand for no value. */
    readonly far: readonly FarValue[];
    /**
     * @description What it holds: numbers; text; text of two values; nothing; numbers in less than half of the rows; one number; numbers of the rows; numbers that can be read in two ways.
     * @enum {string}
     */
    readonly kind: "number" | "text" | "two" | "empty" | "sparse" | "constant" | "index" | "unclear";
    /** @description Greatest number; 0 where there is none. */
    readonly max: number;
    /** @description Least number; 0 where there is none. */
    readonly min: number;
    /** @description Cells that hold nothing. */
    readonly missing: number;
    /** @description By which it is chosen as target or input. */
    readonly name: string;
    /** @description Cells that hold a finite number. */
    readonly numbers: number;
    /** @description Most of its cells are numbers, so that it can be the target or an input. */
    readonly numeric: boolean;
    /** @description The first 5 cells that hold something else than a number. */
    readonly odd: readonly BadCell[];
    /** @description All other cells. */
    readonly other: number;
    /** @description Why it is no input where none are named, in words; empty if it is one. */
    readonly reason: string;
    /** @description As in "speed (km/h)"; empty for a bare number. */
    readonly unit: string;
    /** @description How many different words it holds, where it can be an input that becomes one column for each; else 0. */
    readonly words: number;
}

/** @description An inspection is what was found in a text of delimited fields. */
export interface Inspection {
    /** @description From left to right. */
    readonly columns: readonly InspectedColumn[];
    /** @description Rows that are equal to one before. */
    readonly copies: number;
    /**
     * @description The decimal mark of most columns: a point or a comma.
     * @example ,
     */
    readonly decimal: string;
    /**
     * @description What stands between two fields; a blank is any number of blanks.
     * @example ;
     */
    readonly delimiter: string;
    /**
     * @description How the text is encoded, as the web calls it: utf-8, utf-16le, utf-16be or windows-1252.
     * @example utf-8
     */
    readonly encoding: string;
    /** @description The first rows, at most 10, long cells cut. */
    readonly first: readonly (readonly string[])[];
    /** @description The file is compressed. */
    readonly gzip: boolean;
    /** @description A row names the columns. */
    readonly header: boolean;
    /** @description Cells that hold no value. */
    readonly missing: MissingCells;
    /** @description Rows without the header. */
    readonly rows: number;
    /** @description What was guessed or passed over, and what is odd, in sentences for people. */
    readonly warnings: readonly string[];
}

/** @description A Lesson is a run that shows one thing. */
export interface Lesson {
    /** @description What the button beside it does. */
    readonly action?: Action;
    /** @description What its sentences say, in figures: the program's tests train the lesson and hold it to them. */
    readonly claims?: readonly Claim[];
    /** @description Rows of a formula or of a file, instead of a data set of the catalogue. */
    readonly data?: DataSpec;
    /** @description The lanes, each with what it has different; without them one. */
    readonly lanes: readonly LaneSpec[];
    /** @description The step at which the run pauses by itself, as what is to be seen is there; without it the largest "after" of the claims. 0: it does not pause. */
    readonly pause?: number;
    /** @description What to predict before the run, and to check when it has paused. */
    readonly questions?: Questions;
    /** @description Controls of the run and, as a default, of every lane. Whatever is not named is at its default. */
    readonly set: Readonly<Record<string, ControlValue>>;
    /** @description Its name in addresses, which is that of its file. */
    readonly slug: string;
    /** @description Where it is to be seen: a spot for each sentence, and perhaps a fourth for what to change. */
    readonly spots: readonly Spot[];
    /** @description One line: what it is about. */
    readonly summary: string;
    /** @description A few words. */
    readonly title: string;
    /** @description One sentence: what to change next. */
    readonly try: string;
    /** @description How the page shows it, which nobody needs to follow: "lens" (mean or variance: points are as large as they pull on it), "focus" (the number of the lane that is looked at, from 0), "bands" (percent or sigma), "loss" (loss, nll or batch), "mode" (simple or full: how much of the page is seen), "compare" (overlay, or beside: a fit of each lane), "panel" (fit, or targets: of several targets all at once, where the spots targets and residuals are). */
    readonly view: {
        readonly [key: string]: unknown;
    };
    /** @description Three short sentences: what there is to see. */
    readonly watch: readonly string[];
}

/** @description MissingCells are the cells that hold no value. */
export interface MissingCells {
    /** @description The first 100 of them. */
    readonly first: readonly BadCell[];
    /** @description Cells that are empty, NA, N/A, null, nan, ?, . or -, or were named. */
    readonly total: number;
}

/** @description A Problem is an error that is answered as it stands: a problem document. */
export interface Problem {
    /**
     * @description What is wrong, for programs, where that is known: moving, while another machine takes the run over.
     * @example moving
     */
    readonly code?: string;
    /** @description Of a table that is refused: the column that is to blame. */
    readonly column?: string;
    /**
     * @description What is wrong and what to do about it, in a sentence for people.
     * @example eps must be 0 or from 1e-12 to 10, not -1
     */
    readonly detail: string;
    /**
     * @description The control, or the member of the body, that is to blame.
     * @example recipe.steps
     */
    readonly field?: string;
    /**
     * @description The flag of the server that sets the limit which was reached.
     * @example max-viewers
     */
    readonly limit?: string;
    /** @description Of a table that is refused: the line of the file that is to blame, counted from 1. */
    readonly row?: number;
    /**
     * @description The HTTP status of this answer.
     * @example 422
     */
    readonly status: number;
    /**
     * @description The status in words.
     * @example Unprocessable Entity
     */
    readonly title: string;
}

/** @description A Question has choices, one of which is right, or asks for a band to be drawn on the fit. */
export interface Question {
    /** @description The question, in one line. */
    readonly ask: string;
    /** @description Two to five answers, one of them right; without them: */
    readonly choices?: readonly Choice[];
    /** @description A band that is to be drawn on the fit; only before the run. */
    readonly draw?: Draw;
    /** @description Why it is so: one line, shown with the answer. */
    readonly explain: string;
}

/** @description Questions are what a lesson asks: before its run begins, and when the run has paused. */
export interface Questions {
    /** @description To check: asked when the run has paused. */
    readonly after?: readonly Question[];
    /** @description To predict: asked before the first step, answered by the page when the run pauses. */
    readonly before?: readonly Question[];
}

/** @description A Spot is a place on the page: a control or a panel. */
export interface Spot {
    /** @description The control's name, or else: */
    readonly control?: string;
    /** @description What is there, in a few words. */
    readonly label: string;
    /** @description The lane that is spoken of: the page looks at it when it goes there. */
    readonly lane?: string;
    /**
     * @description The panel's.
     * @enum {string}
     */
    readonly panel?: "fit" | "noise" | "equation" | "loss" | "anatomy" | "calibration" | "metrics" | "timeline" | "targets" | "residuals";
    /** @description Where on the fit or the noise, in the input's unit. */
    readonly x?: number;
}
