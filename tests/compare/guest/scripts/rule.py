"""A points table in Python: points for each unit, capped for each household and month. For timing only."""

import json

from built.texts import SCENARIOS, SCHEMA
from rongyi import No, Sum, integer, next_month, phrase, rule
from wit_world.imports.types import About, FactNeed, KindPlan, Metric, Plan, Subject, Text, Window_Month

kinds = {}


@rule
class Rules:
    def describe(self):
        return About(
            name="table-python",
            version="0.1.0",
            title=Text("积分表", "A points table"),
            authors=[],
            license="Apache-2.0",
            config_schema=SCHEMA,
            scenarios=SCENARIOS,
        )

    def configure(self, given):
        global kinds
        kinds = {kind["code"]: kind for kind in json.loads(given)["kinds"]}
        return Plan(
            kinds=[
                KindPlan(
                    code=code,
                    title=Text("事项", "An event kind"),
                    unit=Text("公斤", "kg"),
                    scale=0,
                    quantity_min=1,
                    quantity_max=10000,
                    fields=[],
                    facts=[FactNeed(Metric.POINTS, Window_Month(), Subject.HOUSEHOLD, code)],
                )
                for code in kinds
            ],
            pricing=None,
            traits=[],
            phrases=[
                phrase("unit", "{0} × {1} 分", "{0} × {1} points"),
                phrase("cap", "每月上限 {0} 分，此前已得 {1} 分", "at most {0} a month, {1} before"),
                phrase("full", "本月的 {0} 分已经得满", "this month's {0} points are all there"),
            ],
            summary=[],
        )

    def earn(self, event):
        kind = kinds[event.kind]
        cap, had = kind["cap"], event.facts[0].value
        if had >= cap:
            raise No("full", [integer(cap)], next_month(event.on))
        sum = Sum()
        sum.add("unit", [integer(event.quantity), integer(kind["points"])], event.quantity * kind["points"])
        if sum.total > cap - had:
            sum.add("cap", [integer(cap), integer(had)], cap - had - sum.total)
        return sum.give("doer")
