// A points table in JavaScript: points for each unit, capped for each household and month. For timing only.
import { Refusal, Sum, integer, nextMonth, phrase, rule, text } from "./rongyi/rongyi.js";
import { scenarios, schema } from "./built/texts.js";

let kinds;

export const rules = rule({
  describe: () => ({
    name: "table-javascript",
    version: "0.1.0",
    title: text("积分表", "A points table"),
    authors: [],
    license: "Apache-2.0",
    configSchema: schema,
    scenarios,
  }),

  configure(given) {
    kinds = new Map(JSON.parse(given).kinds.map((kind) => [kind.code, kind]));
    return {
      kinds: [...kinds.keys()].map((code) => ({
        code,
        title: text("事项", "An event kind"),
        unit: text("公斤", "kg"),
        scale: 0,
        quantityMin: 1,
        quantityMax: 10000,
        fields: [],
        facts: [{ metric: "points", window: { tag: "month" }, subject: "household", of: code }],
      })),
      pricing: null,
      traits: [],
      phrases: [
        phrase("unit", "{0} × {1} 分", "{0} × {1} points"),
        phrase("cap", "每月上限 {0} 分，此前已得 {1} 分", "at most {0} a month, {1} before"),
        phrase("full", "本月的 {0} 分已经得满", "this month's {0} points are all there"),
      ],
      summary: [],
    };
  },

  earn(event) {
    const { points, cap } = kinds.get(event.kind);
    const had = event.facts[0].value;
    if (had >= cap) {
      throw new Refusal("full", [integer(cap)], nextMonth(event.on));
    }
    const sum = new Sum();
    sum.add("unit", [integer(event.quantity), integer(points)], event.quantity * points);
    if (sum.total > cap - had) {
      sum.add("cap", [integer(cap), integer(had)], cap - had - sum.total);
    }
    return sum.give("doer");
  },
});
