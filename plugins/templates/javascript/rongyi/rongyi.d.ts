// What the helpers take and answer, for editors. It comes with the host.
// The words are those of wit/v0.2/rules.wit. Every number is whole, unless it says otherwise.

/** A text in the two languages of every page. */
export interface Text { zh: string; en: string }
/** A date in the community's own time zone: year 1970-2199, month 1-12, day 1-31. */
export interface Day { year: number; month: number; day: number }
/** 7.6 is { units: 76, scale: 1 }; scale 0-4. */
export interface Decimal { units: number; scale: number }

/** A field of an event's form. */
export type FieldKind =
  | { tag: "integer"; val: [number, number] }
  | { tag: "decimal"; val: number }
  | { tag: "choice"; val: [string, Text][] }
  | { tag: "yes-no" }
  | { tag: "day" };
export interface Field { name: string; title: Text; kind: FieldKind; required: boolean }
/** What the form holds in a field. */
export type Value =
  | { tag: "integer"; val: number }
  | { tag: "decimal"; val: Decimal }
  | { tag: "choice"; val: string }
  | { tag: "yes-no"; val: boolean }
  | { tag: "day"; val: Day };

/** What can be asked about the past. */
export type Metric =
  | "points" | "minutes" | "quantity" | "events" | "distinct-days" | "days-since-last"
  | "redeemed-points" | "redeemed-items" | "rank-at-cutoff" | "balance" | "streak-days" | "redemptions";
/** Which days count; weeks start on Monday. */
export type Window =
  | { tag: "day" } | { tag: "week" } | { tag: "month" } | { tag: "quarter" } | { tag: "year" }
  | { tag: "trailing-days"; val: number } | { tag: "lifetime" };
/** Whose past: the person in the role doer, their household, or the community. */
export type Subject = "person" | "household" | "community";
/** One thing you want to know; `of` narrows it to one kind or item, or names the asset of a balance. */
export interface FactNeed { metric: Metric; window: Window; subject: Subject; of?: string | null }
/** The answer, in the order of the plan's `facts`. */
export interface Fact { value: number; saturated: boolean }

/** An event kind: `scale` is the decimal places of its quantity, quantityMin and quantityMax are at that scale. */
export interface KindPlan {
  code: string; title: Text; unit: Text; scale: number; quantityMin: number; quantityMax: number;
  fields: Field[]; facts: FactNeed[];
}
export interface PricingPlan { orderFacts: FactNeed[]; lineFacts: FactNeed[] }
/** A sentence with holes {0}, {1} … */
export interface Phrase { code: string; text: Text }
/** The answer of `configure`. */
export interface Plan {
  kinds: KindPlan[]; pricing?: PricingPlan | null; traits: string[]; phrases: Phrase[]; summary: Text[];
}
/** Something wrong in the parameters. */
export interface Diagnostic { severity: "error" | "warning" | "hint"; path: string; code: string; message: Text }

/** An argument of a phrase. */
export type Arg =
  | { tag: "integer"; val: number }
  | { tag: "decimal"; val: Decimal }
  | { tag: "day"; val: Day }
  | { tag: "code"; val: string };
/** A line of the breakdown; the lines of one asset add up to its award. */
export interface Line { code: string; args: Arg[]; asset: string; amount?: number | null }
/** What happens when a deduction is larger than the balance. */
export type Short = "clamp" | "refuse" | "owe";
export interface Award { role: string; asset: string; amount: number; short: Short; expires?: Day | null }
/** Something for the reviewer; it changes no amount. */
export interface Mark { code: string; args: Arg[] }
export interface Decision { awards: Award[]; lines: Line[]; marks: Mark[] }

/** What happened. `minute` is 0-1439, `weekday` 1 is Monday, `seed` is for fair draws. */
export interface Event {
  readonly kind: string; readonly quantity: number; readonly fields: readonly [string, Value][];
  readonly roles: readonly string[]; readonly on: Day; readonly minute: number; readonly weekday: number;
  readonly facts: readonly Fact[]; readonly traits: readonly [string, number][]; readonly seed: Uint8Array;
}
/** One line of a basket; `valueFen` is the item's value in 1/100 yuan. */
export interface BasketLine {
  readonly item: string; readonly category: string; readonly valueFen: number; readonly quantity: number;
  readonly facts: readonly Fact[];
}
export interface Basket {
  readonly lines: readonly BasketLine[]; readonly on: Day; readonly minute: number; readonly weekday: number;
  readonly facts: readonly Fact[]; readonly traits: readonly [string, number][];
}
/** What a basket costs: one number for each of its lines, in the same order. */
export interface Quote { points: number[]; lines: Line[] }
/** A holder at the end of a period. */
export interface Closing {
  readonly period: string; readonly first: Day; readonly last: Day; readonly balances: readonly [string, number][];
  readonly facts: readonly Fact[]; readonly traits: readonly [string, number][];
}
/** Who the rule is. */
export interface About {
  name: string; version: string; title: Text; authors: string[]; license: string; configSchema: string;
  scenarios: string;
}

/** The five questions. `describe` and `configure` are always answered; what else you leave out is refused. */
export interface Questions {
  describe(): About;
  configure(params: string): Plan;
  earn?(event: Event): Decision;
  price?(basket: Basket): Quote;
  close?(closing: Closing): Decision;
}
export function rule(functions: Questions): Questions;

export function text(zh: string, en: string): Text;
export function phrase(code: string, zh: string, en: string): Phrase;
export function integer(value: number): Arg;
export function decimal(units: number, scale: number): Arg;
export function day(date: Day): Arg;
export function code(name: string): Arg;
/** `path` is dotted: "kinds[2].cap". */
export function wrong(path: string, code: string, zh: string, en: string): Diagnostic;
/** A line for you, never for residents: `rongyi rule run` shows it. */
export function log(line: unknown): void;
/** The parameters as TOML has them; reading one that is neither there nor among the defaults is an error. */
export function parameters(given: string, defaults?: Record<string, unknown>): Record<string, any>;
/** Thrown, it is the rule's "no". */
export class Refusal {
  constructor(code: string, args?: Arg[], opens?: Day | null);
}
/** Thrown by `configure`. */
export class Wrong {
  constructor(found: Diagnostic[]);
}
/** Collects the lines of one asset and keeps their sum. */
export class Sum {
  constructor(asset?: string);
  readonly asset: string;
  readonly lines: Line[];
  readonly total: number;
  add(code: string, args: Arg[], amount: number): void;
  give(role?: string, short?: Short): Decision;
}
export function nextMonth(date: Day): Day;
/** What the event says in a field, or `otherwise` when it is not filled in. */
export function field<T>(event: Event, name: string, otherwise: T): T;
