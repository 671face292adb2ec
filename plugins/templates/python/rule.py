"""RULE-NAME: points for kitchen waste by weight, with a cap for each household and month."""

from built.texts import SCENARIOS, SCHEMA
from rongyi import No, Sum, Wrong, decimal, field, integer, next_month, parameters, phrase, rule, wrong
from wit_world.imports.types import (
    About, Field, FieldKind_YesNo, FactNeed, KindPlan, Metric, Plan, Subject, Text, Window_Month,
)

KIND = "waste.kitchen"

# Set by `configure`, which is called before each question.
params = {}


@rule
class Rules:
    def describe(self):
        return About(
            name="RULE-NAME",
            version="0.1.0",
            title=Text("厨余垃圾按重量计分", "Points for kitchen waste by weight"),
            authors=["你的名字"],
            license="Apache-2.0",
            config_schema=SCHEMA,
            scenarios=SCENARIOS,
        )

    def configure(self, given):
        global params
        params = parameters(given, clean_bonus=0)
        each, month_max = params["points_per_kg"], params["month_max"]
        if month_max < each:
            raise Wrong([wrong(
                "month_max", "month-max.small",
                f"每月上限 {month_max} 分比一公斤的 {each} 分还少，请调高上限。",
                f"The month's {month_max} points are fewer than the {each} of one kilogram; raise month_max.",
            )])
        kind = KindPlan(
            code=KIND,
            title=Text("厨余垃圾", "Kitchen waste"),
            unit=Text("公斤", "kg"),
            scale=1,  # 7.6 kg arrives as 76
            quantity_min=1,
            quantity_max=10000,
            fields=[Field("clean", Text("分得干净", "Sorted cleanly"), FieldKind_YesNo(), False)],
            facts=[FactNeed(Metric.POINTS, Window_Month(), Subject.HOUSEHOLD, KIND)],
        )
        return Plan(
            kinds=[kind],
            pricing=None,
            traits=[],
            phrases=[
                phrase("weight", "{0} 公斤 × 每公斤 {1} 分", "{0} kg × {1} points each"),
                phrase("clean", "分得干净", "sorted cleanly"),
                phrase("month-cap", "本户本月上限 {0} 分，此前已得 {1} 分",
                       "at most {0} points a month for this household, which already has {1}"),
                phrase("month-full", "本户本月的 {0} 分已经得满",
                       "this household already has its {0} points of this month"),
            ],
            summary=[Text(
                f"厨余垃圾每公斤 {each} 分，每户每月最多 {month_max} 分",
                f"{each} points for each kilogram of kitchen waste, at most {month_max} a month for a household",
            )],
        )

    def earn(self, event):
        each, month_max = params["points_per_kg"], params["month_max"]
        had = event.facts[0].value
        left = month_max - had
        if left <= 0:
            raise No("month-full", [integer(month_max)], next_month(event.on))
        sum = Sum()
        sum.add("weight", [decimal(event.quantity, 1), integer(each)], event.quantity * each // 10)
        if params["clean_bonus"] and field(event, "clean", False):
            sum.add("clean", [], params["clean_bonus"])
        if sum.total > left:
            sum.add("month-cap", [integer(month_max), integer(had)], left - sum.total)
        return sum.give("doer")
