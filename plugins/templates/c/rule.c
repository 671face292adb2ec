// RULE-NAME: points for kitchen waste by weight, with a cap for each household and month.
#include "rongyi.h"
#include "texts.h"

#define KIND "waste.kitchen"

typedef struct {
    int32_t points_per_kg, clean_bonus, month_max;
} params_t;

// Set by `configure`, which is called before each question.
static params_t params;

void rule_describe(about_t *ret) {
    *ret = (about_t){
        .name = str("RULE-NAME"),
        .version = str("0.1.0"),
        .title = text("厨余垃圾按重量计分", "Points for kitchen waste by weight"),
        .authors = LIST(string_t, str("你的名字")),
        .license = str("Apache-2.0"),
        .config_schema = str(SCHEMA),
        .scenarios = str(SCENARIOS),
    };
}

bool rule_configure(string_t *given, plan_t *ret, diagnostics_t *err) {
    params = (params_t){
        .points_per_kg = needed(given, "points_per_kg"),
        .clean_bonus = param(given, "clean_bonus", 0),
        .month_max = needed(given, "month_max"),
    };
    int32_t each = params.points_per_kg, most = params.month_max;
    if (most < each) {
        *err = (diagnostics_t)LIST(diagnostic_t,
            wrong("month_max", "month-max.small",
                  format("每月上限 %d 分比一公斤的 %d 分还少，请调高上限。", most, each),
                  format("The month's %d points are fewer than the %d of one kilogram; raise month_max.", most, each)));
        return false;
    }
    kind_plan_t kind = {
        .code = str(KIND),
        .title = text("厨余垃圾", "Kitchen waste"),
        .unit = text("公斤", "kg"),
        .scale = 1, // 7.6 kg arrives as 76
        .quantity_min = 1,
        .quantity_max = 10000,
        .fields = LIST(field_t, {
            .name = str("clean"),
            .title = text("分得干净", "Sorted cleanly"),
            .kind.tag = RONGYI_RULES_TYPES_FIELD_KIND_YES_NO,
        }),
        .facts = LIST(fact_need_t, {
            .metric = RONGYI_RULES_TYPES_METRIC_POINTS,
            .window.tag = RONGYI_RULES_TYPES_WINDOW_MONTH,
            .subject = RONGYI_RULES_TYPES_SUBJECT_HOUSEHOLD,
            .of = {true, str(KIND)},
        }),
    };
    *ret = (plan_t){
        .kinds = LIST(kind_plan_t, kind),
        .phrases = LIST(phrase_t,
            phrase("weight", "{0} 公斤 × 每公斤 {1} 分", "{0} kg × {1} points each"),
            phrase("clean", "分得干净", "sorted cleanly"),
            phrase("month-cap", "本户本月上限 {0} 分，此前已得 {1} 分",
                   "at most {0} points a month for this household, which already has {1}"),
            phrase("month-full", "本户本月的 {0} 分已经得满",
                   "this household already has its {0} points of this month")),
        .summary = LIST(text_t,
            text(format("厨余垃圾每公斤 %d 分，每户每月最多 %d 分", each, most),
                 format("%d points for each kilogram of kitchen waste, at most %d a month for a household", each, most))),
    };
    return true;
}

bool rule_earn(event_t *event, decision_t *ret, refusal_t *err) {
    // The answers come in the order of the plan's `facts`.
    int32_t had = fact(event, 0);
    int32_t left = params.month_max - had;
    if (left <= 0) {
        date_t opens = next_month(event->on);
        return refuse(err, "month-full", ARGS(integer(params.month_max)), &opens);
    }
    sum_t sum = {.asset = "points"};
    int64_t points = (int64_t)event->quantity * params.points_per_kg / 10;
    add(&sum, "weight", ARGS(decimal(event->quantity, 1), integer(params.points_per_kg)), points);
    if (params.clean_bonus > 0 && yes(event, "clean")) {
        add(&sum, "clean", NO_ARGS, params.clean_bonus);
    }
    if (sum.total > left) {
        add(&sum, "month-cap", ARGS(integer(params.month_max), integer(had)), left - sum.total);
    }
    return give(ret, &sum, "doer");
}
