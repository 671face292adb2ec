// What goes over the border between rule and host, checked before it goes: whole numbers, range, shape, names.
// A mistake is told with its field and your line. It comes with the host and decides nothing.
import { begin, both, write } from "./guard.js";
import { source } from "../built/texts.js";

/** What is wrong, with its field; the line of the rule is added where it is caught. */
export class Mistake extends TypeError {}

const say = (path, zh, en) => {
  throw new Mistake(both(`${path}：${zh}`, `${path}: ${en}`));
};
const shown = (value) => {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "function") return "function";
  if (Array.isArray(value)) return `[${value.length}]`;
  if (value !== null && typeof value === "object") return `{${Object.keys(value).join(", ")}}`;
  return typeof value === "bigint" ? `${value}n` : String(value);
};

const whole = (min, max) => (value, path) => {
  if (typeof value !== "number") {
    const bigint = typeof value === "bigint";
    return say(path, `要整数，这里是 ${shown(value)}${bigint ? "，用 Number(…)" : ""}`, `needs a whole number, not ${shown(value)}${bigint ? "; use Number(…)" : ""}`);
  }
  if (Number.isNaN(value)) {
    return say(path, "算出来不是数（NaN）：算式里有没有的参数或字段", "is not a number (NaN): something in the sum is missing or misspelt");
  }
  if (!Number.isInteger(value)) {
    return say(path, `${value} 不是整数：用 Math.floor 或 Math.round 取整`, `${value} is no whole number: round it with Math.floor or Math.round`);
  }
  if (value < min || value > max) return say(path, `${value} 超出了 ${min} 到 ${max}`, `${value} is outside ${min} to ${max}`);
};
export const int32 = whole(-2147483648, 2147483647);
const bool = (value, path) => {
  if (typeof value !== "boolean") say(path, `要 true 或 false，这里是 ${shown(value)}`, `needs true or false, not ${shown(value)}`);
};
export const string = (value, path) => {
  if (typeof value !== "string") say(path, `要文字，这里是 ${shown(value)}`, `needs a text in quotes, not ${shown(value)}`);
};
const one = (...names) => (value, path) => {
  if (!names.includes(value)) say(path, `没有 ${shown(value)}，可以是：${names.join("、")}`, `${shown(value)} is none of: ${names.join(", ")}`);
};
const maybe = (shape) => (value, path) => {
  if (value !== null && value !== undefined) shape(value, path);
};
const list = (shape) => (value, path) => {
  if (!Array.isArray(value)) return say(path, `要方括号里的列表，这里是 ${shown(value)}`, `needs a list in [brackets], not ${shown(value)}`);
  // Not forEach: that leaves out the holes.
  for (let at = 0; at < value.length; at++) shape(value[at], `${path}[${at}]`);
};
const pair = (first, second) => (value, path) => {
  if (!Array.isArray(value) || value.length !== 2) {
    return say(path, `要两个值的列表 [甲, 乙]，这里是 ${shown(value)}`, `needs a list of two, [a, b], not ${shown(value)}`);
  }
  first(value[0], `${path}[0]`);
  second(value[1], `${path}[1]`);
};
const record = (shapes) => (value, path) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return say(path, `要 { ${Object.keys(shapes).join(", ")} }，这里是 ${shown(value)}`, `needs { ${Object.keys(shapes).join(", ")} }, not ${shown(value)}`);
  }
  for (const key of Object.keys(value)) {
    if (!(key in shapes)) say(path, `没有 ${key} 这一项，有：${Object.keys(shapes).join("、")}`, `there is no ${key}; there are: ${Object.keys(shapes).join(", ")}`);
  }
  for (const key of Object.keys(shapes)) {
    const has = Object.hasOwn(value, key);
    if (!has && shapes[key].required !== false) {
      try {
        shapes[key](undefined, `${path}.${key}`);
      } catch {
        say(path, `缺少 ${key}`, `${key} is missing`);
      }
    }
    if (has) shapes[key](value[key], `${path}.${key}`);
  }
};
const variant = (cases) => (value, path) => {
  const tags = Object.keys(cases);
  const made = value !== null && typeof value === "object" && !Array.isArray(value) && typeof value.tag === "string";
  if (!made) return say(path, `要 { tag: … }，这里是 ${shown(value)}；tag 可以是：${tags.join("、")}`, `needs { tag: … }, not ${shown(value)}; a tag is one of: ${tags.join(", ")}`);
  if (!Object.hasOwn(cases, value.tag)) return say(`${path}.tag`, `没有 ${shown(value.tag)}，可以是：${tags.join("、")}`, `${shown(value.tag)} is none of: ${tags.join(", ")}`);
  const shape = cases[value.tag];
  if (shape) shape(value.val, `${path}.val`);
};

const text = record({ zh: string, en: string });
const date = record({ year: whole(1970, 2199), month: whole(1, 12), day: whole(1, 31) });
const decimal = record({ units: int32, scale: whole(0, 4) });
const kind = variant({
  integer: pair(int32, int32),
  decimal: whole(1, 4),
  choice: list(pair(string, text)),
  "yes-no": null,
  day: null,
});
const need = record({
  metric: one("points", "minutes", "quantity", "events", "distinct-days", "days-since-last", "redeemed-points", "redeemed-items", "rank-at-cutoff", "balance", "streak-days", "redemptions"),
  window: variant({ day: null, week: null, month: null, quarter: null, year: null, "trailing-days": whole(1, 65535), lifetime: null }),
  subject: one("person", "household", "community"),
  of: maybe(string),
});
const arg = variant({ integer: int32, decimal, day: date, code: string });
export const args = list(arg);
const line = record({ code: string, args, asset: string, amount: maybe(int32) });
const award = record({ role: string, asset: string, amount: int32, short: one("clamp", "refuse", "owe"), expires: maybe(date) });
const decision = record({ awards: list(award), lines: list(line), marks: list(record({ code: string, args })) });

/** Each answer of a rule, by the question. */
const answers = {
  describe: record({ name: string, version: string, title: text, authors: list(string), license: string, configSchema: string, scenarios: string }),
  configure: record({
    kinds: list(record({
      code: string, title: text, unit: text, scale: whole(0, 4), quantityMin: int32, quantityMax: int32,
      fields: list(record({ name: string, title: text, kind, required: bool })),
      facts: list(need),
    })),
    pricing: maybe(record({ orderFacts: list(need), lineFacts: list(need) })),
    traits: list(string),
    phrases: list(record({ code: string, text })),
    summary: list(text),
  }),
  earn: decision,
  price: record({ points: list(int32), lines: list(line) }),
  close: decision,
};
const refusal = record({ code: string, args, opens: maybe(date) });
const wrong = list(record({ severity: one("error", "warning", "hint"), path: string, code: string, message: text }));
export const shapes = { text, date, decimal, arg, refusal, wrong };

// What `configure` answered in this question.
let plan = null;

/** The plan that is in force, or null before it is known. */
export const planned = () => plan;

/** Reads of what is not there are told instead of answering undefined. */
export const strict = (value, path) => {
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  return new Proxy(value, {
    get(target, name) {
      if (typeof name === "symbol" || name in target || name === "toJSON" || name === "then") {
        const found = Reflect.get(target, name);
        const own = Object.hasOwn(target, name);
        return own ? strict(found, Array.isArray(target) ? `${path}[${String(name)}]` : `${path}.${String(name)}`) : found;
      }
      if (Array.isArray(target)) {
        return say(`${path}[${name}]`, `没有这一项，只有 ${target.length} 项（从 0 数起）`, `is not there: ${target.length} in all, counted from 0`);
      }
      const has = Object.keys(target).join(", ");
      return say(path, `没有“${name}”，有：${has}。可以不写的，给一个默认值`, `there is no “${name}”; there are: ${has}. What may be left out needs a default`);
    },
  });
};

/** Where a function of the rule stands. */
const begins = (name) => {
  const lines = source.split("\n");
  const at = lines.findIndex((text) => new RegExp(`^\\s*(async\\s+)?(${name}\\s*[(:=]|(const|let|function)\\s+${name}\\b)`).test(text));
  return at < 0 ? "rule.js" : `rule.js:${at + 1}`;
};
const place = (thrown, name) => {
  const frames = String(thrown?.stack ?? "").split("\n");
  const frame = frames.find((text) => text.includes(".js:") && !text.includes("rongyi/") && !text.includes("built/"));
  const found = frame?.match(/([^\s(/]+\.js:\d+)/);
  return found ? found[1] : begins(name);
};

const hooks = ["describe", "configure", "earn", "price", "close"];
const tell = (name, thrown) => {
  const what = thrown instanceof Error ? `${thrown instanceof Mistake ? "" : `${thrown.name}: `}${thrown.message}` : String(thrown);
  const line = `${name} (${place(thrown, name)}): ${what}`;
  write("error", line);
  return line;
};

const checked = (name, functions, answer) => {
  if (answer === undefined) say(name, "没有回答：最后要 return", "answered nothing: end it with `return`");
  if (typeof answer?.then === "function") say(name, "不能是 async，也不能回答 Promise：规则当场回答", "must not be async nor answer a Promise: a rule answers at once");
  answers[name](answer, name);
  if (name !== "configure") return;
  const lacks = (hook, zh, en) => typeof functions[hook] === "function" || say("configure", `${zh}，可是没有 ${hook}(…)：写上它，或核对拼写`, `${en}, but there is no ${hook}(…): write it, or check the spelling`);
  const earning = answer.kinds.filter((one) => one.code !== "period.close");
  if (earning.length > 0) lacks("earn", `说明了事项 ${earning[0].code}`, `there is the kind ${earning[0].code}`);
  if (earning.length < answer.kinds.length) lacks("close", "说明了 period.close", "there is period.close");
  if (answer.pricing) lacks("price", "说明了 pricing", "there is pricing");
  plan = answer;
};

/** The five questions, each guarded: an answer that cannot be is told with its field and the rule's line. */
export const guarded = (functions) => {
  const all = hooks.join(", ");
  if (functions === null || typeof functions !== "object") {
    throw new Error(both("rule.js 里没有 `export const rules = rule({ … })`：照模板写上，名字要一样", "rule.js has no `export const rules = rule({ … })`: write it as in the template, with this very name"));
  }
  for (const name of Object.keys(functions)) {
    if (!hooks.includes(name)) throw new Error(both(`rules 里没有“${name}”这一问，只有：${all}（核对拼写）`, `no question is called “${name}”; there are: ${all} (check the spelling)`));
  }
  for (const name of ["describe", "configure"]) {
    if (typeof functions[name] !== "function") throw new Error(both(`rules 里缺少 ${name}(…)`, `rules lacks ${name}(…)`));
  }
  const answering = (name) => (given) => {
    begin();
    try {
      const ask = functions[name];
      if (typeof ask !== "function") throw { answer: { code: "not-handled", args: [], opens: null } };
      const seen = name === "configure" || name === "describe" ? given : strict(given, name === "price" ? "basket" : name === "close" ? "closing" : "event");
      const answer = ask.call(functions, seen);
      checked(name, functions, answer);
      return answer;
    } catch (thrown) {
      const no = thrown !== null && typeof thrown === "object" && !(thrown instanceof Error) ? thrown.answer : undefined;
      if (no === undefined) {
        tell(name, thrown);
        throw thrown;
      }
      try {
        if (Array.isArray(no) !== (name === "configure")) {
          say(name, name === "configure" ? "参数不对要 throw new Wrong([…])" : "不给要 throw new Refusal(…)", name === "configure" ? "wrong parameters are `throw new Wrong([…])`" : "a “no” is `throw new Refusal(…)`");
        }
        (name === "configure" ? wrong : refusal)(no, name);
      } catch (mistake) {
        tell(name, mistake);
        throw mistake;
      }
      throw no;
    }
  };
  return Object.fromEntries(hooks.map((name) => [name, answering(name)]));
};
