// RULE-NAME: points for kitchen waste by weight, with a cap for each household and month.
import { Refusal, Sum, Wrong, decimal, field, integer, nextMonth, parameters, phrase, rule, text, wrong } from "./rongyi/rongyi.js";
import { scenarios, schema } from "./built/texts.js";

const KIND = "waste.kitchen";

// Set by `configure`, which is called before each question.
let params;

export const rules = rule({
  describe: () => ({
    name: "RULE-NAME",
    version: "0.1.0",
    title: text("厨余垃圾按重量计分", "Points for kitchen waste by weight"),
    authors: ["你的名字"],
    license: "Apache-2.0",
    configSchema: schema,
    scenarios,
  }),

  configure(given) {
    params = parameters(given, { clean_bonus: 0 });
    if (params.month_max < params.points_per_kg) {
      const zh = `每月上限 ${params.month_max} 分比一公斤的 ${params.points_per_kg} 分还少，请调高上限。`;
      const en = `The month's ${params.month_max} points are fewer than the ${params.points_per_kg} of one kilogram; raise month_max.`;
      throw new Wrong([wrong("month_max", "month-max.small", zh, en)]);
    }
    return {
      kinds: [{
        code: KIND,
        title: text("厨余垃圾", "Kitchen waste"),
        unit: text("公斤", "kg"),
        scale: 1, // 7.6 kg arrives as 76
        quantityMin: 1,
        quantityMax: 10000,
        fields: [{ name: "clean", title: text("分得干净", "Sorted cleanly"), kind: { tag: "yes-no" }, required: false }],
        facts: [{ metric: "points", window: { tag: "month" }, subject: "household", of: KIND }],
      }],
      pricing: null,
      traits: [],
      phrases: [
        phrase("weight", "{0} 公斤 × 每公斤 {1} 分", "{0} kg × {1} points each"),
        phrase("clean", "分得干净", "sorted cleanly"),
        phrase("month-cap", "本户本月上限 {0} 分，此前已得 {1} 分", "at most {0} points a month for this household, which already has {1}"),
        phrase("month-full", "本户本月的 {0} 分已经得满", "this household already has its {0} points of this month"),
      ],
      summary: [text(
        `厨余垃圾每公斤 ${params.points_per_kg} 分，每户每月最多 ${params.month_max} 分`,
        `${params.points_per_kg} points for each kilogram of kitchen waste, at most ${params.month_max} a month for a household`,
      )],
    };
  },

  earn(event) {
    const had = event.facts[0].value;
    const left = params.month_max - had;
    if (left <= 0) {
      throw new Refusal("month-full", [integer(params.month_max)], nextMonth(event.on));
    }
    const sum = new Sum();
    const points = Math.floor((event.quantity * params.points_per_kg) / 10);
    sum.add("weight", [decimal(event.quantity, 1), integer(params.points_per_kg)], points);
    if (params.clean_bonus > 0 && field(event, "clean", false)) {
      sum.add("clean", [], params.clean_bonus);
    }
    if (sum.total > left) {
      sum.add("month-cap", [integer(params.month_max), integer(had)], left - sum.total);
    }
    return sum.give("doer");
  },
});
