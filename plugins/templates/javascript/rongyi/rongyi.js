// Small helpers for rules in JavaScript. They come with the host; your rule stands in ../rule.js.
// Nothing here decides anything. What each takes and answers stands in rongyi.d.ts, which editors show.
import { both, write } from "./guard.js";
import { Mistake, args, int32, planned, shapes, strict, string } from "./border.js";

/** A text in both languages. */
export const text = (zh, en) => {
  shapes.text({ zh, en }, "text");
  return { zh, en };
};

/** A sentence with holes {0}, {1} … in both languages. */
export const phrase = (code, zh, en) => {
  string(code, "phrase.code");
  return { code, text: text(zh, en) };
};

const arg = (made, path) => {
  shapes.arg(made, path);
  return made;
};
/** A whole number, a number with decimal places, a date, or a code as an argument of a sentence. */
export const integer = (value) => arg({ tag: "integer", val: value }, "integer");
export const decimal = (units, scale) => arg({ tag: "decimal", val: { units, scale } }, "decimal");
export const day = (date) => arg({ tag: "day", val: date }, "day");
export const code = (name) => arg({ tag: "code", val: name }, "code");

/** Something wrong in the parameters; `path` is dotted: "kinds[2].cap". */
export const wrong = (path, code, zh, en) => {
  const made = { severity: "error", path, code, message: text(zh, en) };
  shapes.wrong([made], "wrong");
  return made;
};

/** A line for you, never for residents: `rongyi rule run` shows it. So does console.log. */
export const log = (line) => write("info", String(line));

/** The parameters as TOML has them. One that is neither there nor among the defaults is told when it is read. */
export const parameters = (given, defaults = {}) => strict({ ...defaults, ...JSON.parse(given) }, "params");

// A sentence that the plan does not have is told where it is used.
const sentence = (code) => {
  string(code, "code");
  const phrases = planned()?.phrases;
  if (!phrases || phrases.some((one) => one.code === code)) return;
  const has = phrases.map((one) => one.code).join(", ");
  throw new Mistake(both(`configure 的 phrases 里没有“${code}”，有：${has}`, `the plan has no phrase “${code}”; it has: ${has}`));
};

/** Thrown, it is the rule's "no": the code of a phrase, its arguments, and the day it opens again. */
export class Refusal {
  constructor(code, args = [], opens = null) {
    sentence(code);
    this.answer = { code, args, opens };
    shapes.refusal(this.answer, "Refusal");
  }
}

/** Thrown by `configure`: everything that is wrong with the parameters. */
export class Wrong {
  constructor(found) {
    shapes.wrong(found, "Wrong");
    this.answer = found;
  }
}

/** Collects the lines of one asset and keeps their sum, so that award and explanation can't disagree. */
export class Sum {
  constructor(asset = "points") {
    string(asset, "Sum.asset");
    this.asset = asset;
    this.lines = [];
    this.total = 0;
  }

  add(code, given, amount) {
    sentence(code);
    args(given, "args");
    int32(amount, "amount");
    int32(this.total + amount, "total");
    this.lines.push({ code, args: given, asset: this.asset, amount });
    this.total += amount;
  }

  /** The decision: one award to a role, unless it is nothing. `short` is clamp, refuse or owe. */
  give(role = "doer", short = "clamp") {
    const award = { role, asset: this.asset, amount: this.total, short, expires: null };
    return { awards: this.total === 0 ? [] : [award], lines: this.lines, marks: [] };
  }
}

/** The first day of the month after this date. */
export const nextMonth = ({ year, month }) =>
  month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 };

/** What the event says in a field, or `otherwise` when it is not filled in. */
export const field = (event, name, otherwise) => {
  const kind = planned()?.kinds.find((one) => one.code === event.kind);
  if (kind && !kind.fields.some((one) => one.name === name)) {
    const has = kind.fields.map((one) => one.name).join(", ");
    throw new Mistake(both(`${event.kind} 没有字段“${name}”，有：${has}`, `${event.kind} has no field “${name}”; it has: ${has}`));
  }
  const found = event.fields.find(([key]) => key === name);
  return found === undefined ? otherwise : found[1].val;
};

/** Your functions, as the rule: `export const rules = rule({ describe, configure, earn })`. */
export const rule = (functions) => functions;
