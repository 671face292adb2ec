// Small helpers for rules in JavaScript. They come with the host; your rule stands in ../rule.js.
// Nothing here decides anything.
import host from "rongyi:rules/host@0.2.0";

/** A text in both languages. */
export const text = (zh, en) => ({ zh, en });

/** A sentence with holes {0}, {1} … in both languages. */
export const phrase = (code, zh, en) => ({ code, text: text(zh, en) });

/** A whole number, a number with decimal places, a date, or a code as an argument of a sentence. */
export const integer = (value) => ({ tag: "integer", val: value });
export const decimal = (units, scale) => ({ tag: "decimal", val: { units, scale } });
export const day = (date) => ({ tag: "day", val: date });
export const code = (name) => ({ tag: "code", val: name });

/** Something wrong in the parameters; `path` is dotted: "kinds[2].cap". */
export const wrong = (path, code, zh, en) => ({ severity: "error", path, code, message: text(zh, en) });

/** A line for you, never for residents: `rongyi rule run` shows it. */
export const log = (line) => host.log("info", String(line));

/** Thrown, it is the rule's "no": the code of a phrase, its arguments, and the day it opens again. */
export class Refusal {
  constructor(code, args = [], opens = null) {
    this.answer = { code, args, opens };
  }
}

/** Thrown by `configure`: everything that is wrong with the parameters. */
export class Wrong {
  constructor(found) {
    this.answer = found;
  }
}

/** Collects the lines of one asset and keeps their sum, so that award and explanation can't disagree. */
export class Sum {
  constructor(asset = "points") {
    this.asset = asset;
    this.lines = [];
    this.total = 0;
  }

  add(code, args, amount) {
    this.lines.push({ code, args, asset: this.asset, amount });
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
  const found = event.fields.find(([key]) => key === name);
  return found === undefined ? otherwise : found[1].val;
};

const notHandled = () => {
  throw new Refusal("not-handled");
};

/** Turns your functions into the rule. What you don't answer is refused; an exception is told with its place. */
export const rule = (functions) => {
  const guarded = (name, answer) => (given) => {
    try {
      return answer(given);
    } catch (thrown) {
      if (thrown instanceof Refusal || thrown instanceof Wrong) throw thrown.answer;
      const place = String(thrown?.stack ?? "").trim().split("\n")[0].trim();
      host.log("error", `${name}: ${thrown}${place ? ` (${place})` : ""}`);
      throw thrown;
    }
  };
  const hooks = {};
  for (const name of ["describe", "configure", "earn", "price", "close"]) {
    hooks[name] = guarded(name, functions[name] ?? notHandled);
  }
  return hooks;
};
