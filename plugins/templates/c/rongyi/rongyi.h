// Small helpers for rules in C. They come with the host; your rule stands in ../rule.c. Nothing here decides.
// The types are those of wit/v0.2/rules.wit; bindings/rule.h has them in full.
#ifndef RONGYI_H
#define RONGYI_H
#include "rule.h"

typedef rongyi_rules_types_text_t text_t;
typedef rongyi_rules_types_date_t date_t;
typedef rongyi_rules_types_arg_t arg_t;
typedef rongyi_rules_types_list_arg_t args_t;
typedef rongyi_rules_types_phrase_t phrase_t;
typedef rongyi_rules_types_line_t line_t;
typedef rongyi_rules_types_award_t award_t;
typedef rongyi_rules_types_field_t field_t;
typedef rongyi_rules_types_value_t value_t;
typedef rongyi_rules_types_fact_need_t fact_need_t;
typedef rongyi_rules_types_kind_plan_t kind_plan_t;
typedef rongyi_rules_types_plan_t plan_t;
typedef rongyi_rules_types_about_t about_t;
typedef rongyi_rules_types_diagnostic_t diagnostic_t;
typedef exports_rongyi_rules_rules_list_diagnostic_t diagnostics_t;
typedef rongyi_rules_types_event_t event_t;
typedef rongyi_rules_types_basket_t basket_t;
typedef rongyi_rules_types_quote_t quote_t;
typedef rongyi_rules_types_closing_t closing_t;
typedef rongyi_rules_types_decision_t decision_t;
typedef rongyi_rules_types_refusal_t refusal_t;
typedef rule_string_t string_t;

// The five questions. You answer describe and configure, and those of the others that your rule is about;
// what you don't answer is refused. Return true for an answer in `ret`, false for one in `err`.
#define rule_describe exports_rongyi_rules_rules_describe
#define rule_configure exports_rongyi_rules_rules_configure
#define rule_earn exports_rongyi_rules_rules_earn
#define rule_price exports_rongyi_rules_rules_price
#define rule_close exports_rongyi_rules_rules_close

// A list as the host takes it: LIST(phrase_t, phrase(...), phrase(...)).
#define LIST(type, ...) \
    { .ptr = copied((type[]){__VA_ARGS__}, sizeof((type[]){__VA_ARGS__})), \
      .len = sizeof((type[]){__VA_ARGS__}) / sizeof(type) }
// The arguments of a sentence: ARGS(integer(5), day(date)), or NO_ARGS.
#define ARGS(...) ((args_t)LIST(arg_t, __VA_ARGS__))
#define NO_ARGS ((args_t){0})

void *copied(const void *from, size_t size);

// A text; it must stay where it is, as literals and `format` do.
string_t str(const char *text);
text_t text(const char *zh, const char *en);
// A text with every %d replaced by the next number.
const char *format(const char *text, ...);

phrase_t phrase(const char *code, const char *zh, const char *en);
diagnostic_t wrong(const char *path, const char *code, const char *zh, const char *en);

arg_t integer(int32_t value);
arg_t decimal(int32_t units, uint8_t scale);
arg_t day(date_t date);
arg_t code(const char *name);

// A whole number of the parameters' outermost table, or `otherwise` when it is not there or is none.
int32_t param(const string_t *json, const char *key, int32_t otherwise);
// The value of a form field, or NULL when it is not filled in.
const value_t *field(const event_t *event, const char *name);
bool same(const string_t *a, const char *b);

// "No": a phrase, its arguments, and the day from which it may be otherwise. Answers false, for `return`.
bool refuse(refusal_t *err, const char *code, args_t args, const date_t *opens);
date_t next_month(date_t date);

// Collects the lines of one asset and keeps their sum, so that award and explanation can't disagree.
typedef struct {
    const char *asset;
    line_t lines[32];
    size_t count;
    int32_t total;
} sum_t;
void add(sum_t *sum, const char *code, args_t args, int32_t amount);
// The decision: one award to a role, unless it is nothing. Answers true, for `return`.
bool give(decision_t *ret, sum_t *sum, const char *role);

// A line for you, never for residents: `rongyi rule run` shows it.
void log_line(const char *text);
// Ends this call with a message for you; it never becomes a decision.
_Noreturn void fail(const char *message);

#endif
