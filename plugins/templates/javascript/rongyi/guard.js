// Loaded before your rule: what a rule doesn't have says so, and console.log goes to the rule's log.
// It comes with the host and decides nothing.
import host from "rongyi:rules/host@0.2.0";

/** One sentence in both languages. */
export const both = (zh, en) => `${zh} / ${en}`;

// Nothing can be said before the first question is asked; what is written while the rule is built waits for it.
const EARLY_MAX = 20;
const early = [];
let asked = false;

/** A line into the rule's log, which `rongyi rule run` shows. */
export const write = (level, line) => {
  if (asked) host.log(level, line);
  else if (early.length < EARLY_MAX) early.push([level, line]);
};

/** Called with each question. */
export const begin = () => {
  if (asked) return;
  asked = true;
  for (const [level, line] of early) host.log(level, line);
};

const shown = (value) => {
  if (typeof value === "string") return value;
  if (value instanceof Error) return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
};
const writing = (level) => (...values) => write(level, values.map(shown).join(" "));
globalThis.console = {
  log: writing("info"),
  info: writing("info"),
  debug: writing("debug"),
  warn: writing("warn"),
  error: writing("warn"),
};

const never = (zh, en) => () => {
  throw new Error(both(zh, en));
};
const clock = never("规则没有时钟：用事项的日期 event.on 和 event.minute", "a rule has no clock: use the event's day, event.on and event.minute");
const chance = never("规则没有随机数：用 event.seed 抽签，同一件事永远一样", "a rule has no chance: draw with event.seed, which is the same for the same event for ever");
const later = never("规则当场回答，没有“以后”", "a rule answers at once: there is no later");
const network = never("规则没有网络和文件：要知道的写进 configure 的 facts", "a rule has no network and no files: what it needs to know stands in the plan's facts");

Math.random = chance;
globalThis.performance = { now: clock, timeOrigin: 0 };
globalThis.crypto = { getRandomValues: chance, randomUUID: chance };
for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]) globalThis[name] = later;
for (const name of ["fetch", "XMLHttpRequest", "WebSocket", "require"]) globalThis[name] = network;

// A date that is written down can be reckoned with; only "now" is not there, nor a time zone of the machine's.
const Written = globalThis.Date;
const only = (given) => (given.length === 0 ? clock() : given);
globalThis.Date = new Proxy(Written, {
  construct: (target, given, made) => Reflect.construct(target, only(given), made),
  apply: clock,
  get: (target, name) => (name === "now" ? clock : Reflect.get(target, name)),
});
Written.prototype.constructor = globalThis.Date;
