// Small helpers for rules in C. They come with the host; your rule stands in ../rule.c. Nothing here decides.
// The types are those of wit/v0.2/rules.wit; bindings/rule.h has them in full.
#ifndef RONGYI_H
#define RONGYI_H
#include "rule.h"

// A text in both languages: .zh, .en.
typedef rongyi_rules_types_text_t text_t;
// A date in the community's time zone: .year 1970-2199, .month 1-12, .day 1-31.
typedef rongyi_rules_types_date_t date_t;
// An argument of a sentence: integer(5), decimal(76, 1) for 7.6, day(date), code("rice").
typedef rongyi_rules_types_arg_t arg_t;
typedef rongyi_rules_types_list_arg_t args_t;
// A sentence with holes {0}, {1}: .code, .text.
typedef rongyi_rules_types_phrase_t phrase_t;
// A line of the breakdown: .code of its phrase, .args, .asset, .amount.is_some and .amount.val.
typedef rongyi_rules_types_line_t line_t;
// What a role gets: .role, .asset, .amount, .short_ (…_SHORT_CLAMP, _REFUSE, _OWE), .expires.
typedef rongyi_rules_types_award_t award_t;
// A field of the form: .name, .title, .kind.tag (…_FIELD_KIND_INTEGER, _DECIMAL, _CHOICE, _YES_NO, _DAY), .required.
typedef rongyi_rules_types_field_t field_t;
// What the form holds in a field: .tag says which part of .val.
typedef rongyi_rules_types_value_t value_t;
// What you want to know of the past: .metric (…_METRIC_POINTS …), .window.tag (…_WINDOW_MONTH …),
// .subject (…_SUBJECT_PERSON, _HOUSEHOLD, _COMMUNITY), .of = {true, str("kind")} to narrow it.
typedef rongyi_rules_types_fact_need_t fact_need_t;
// An event kind: .code, .title, .unit, .scale (decimal places of the quantity), .quantity_min and _max at that scale,
// .fields, .facts.
typedef rongyi_rules_types_kind_plan_t kind_plan_t;
// The answer of configure: .kinds, .pricing, .traits, .phrases, .summary.
typedef rongyi_rules_types_plan_t plan_t;
// Who the rule is: .name, .version, .title, .authors, .license, .config_schema, .scenarios.
typedef rongyi_rules_types_about_t about_t;
// Something wrong in the parameters: .severity, .path, .code, .message.
typedef rongyi_rules_types_diagnostic_t diagnostic_t;
typedef exports_rongyi_rules_rules_list_diagnostic_t diagnostics_t;
// What happened: .kind, .quantity at the kind's scale, .fields, .roles, .on (the day), .minute (0-1439), .weekday
// (1 is Monday), .facts in the order of the plan, .traits, .seed (for fair draws).
typedef rongyi_rules_types_event_t event_t;
// What is asked for: .lines, .on, .minute, .weekday, .facts, .traits.
typedef rongyi_rules_types_basket_t basket_t;
// What it costs: .points for each line of the basket, .lines.
typedef rongyi_rules_types_quote_t quote_t;
// A holder at the end of a period: .period, .first, .last, .balances, .facts, .traits.
typedef rongyi_rules_types_closing_t closing_t;
// What is decided: .awards, .lines, .marks. `give` makes it.
typedef rongyi_rules_types_decision_t decision_t;
// "No": .code of a phrase, .args, .opens. `refuse` makes it.
typedef rongyi_rules_types_refusal_t refusal_t;
typedef rule_string_t string_t;

// The five questions. You answer describe and configure, and those of the others that your rule is about;
// what you don't answer is refused. Return true for an answer in `ret`, false for one in `err`.
void rule_describe(about_t *ret);
bool rule_configure(string_t *given, plan_t *ret, diagnostics_t *err);
bool rule_earn(event_t *event, decision_t *ret, refusal_t *err);
bool rule_price(basket_t *basket, quote_t *ret, refusal_t *err);
bool rule_close(closing_t *closing, decision_t *ret, refusal_t *err);

// The place of this line, which a message begins with.
#define HERE_TEXT(line) #line
#define HERE_LINE(line) HERE_TEXT(line)
#define HERE __FILE__ ":" HERE_LINE(__LINE__)

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
const char *format(const char *text, ...) __attribute__((format(printf, 1, 2)));

phrase_t phrase(const char *code, const char *zh, const char *en);
diagnostic_t wrong(const char *path, const char *code, const char *zh, const char *en);

arg_t integer(int32_t value);
arg_t decimal(int32_t units, uint8_t scale);
arg_t day(date_t date);
arg_t code(const char *name);

// A whole number of the parameters' outermost table. `needed` must be there; for `param` there is a default. A name
// that schema.json does not have, a text or a number that is too large is told with this line.
#define needed(json, key) param_at(HERE, json, key, NULL)
#define param(json, key, otherwise) param_at(HERE, json, key, &(int32_t){otherwise})
int32_t param_at(const char *here, const string_t *json, const char *key, const int32_t *otherwise);
// The answer to the plan's fact with this number, counted from 0.
#define fact(event, number) fact_at(HERE, &(event)->facts, number)
int32_t fact_at(const char *here, const rongyi_rules_types_list_fact_t *facts, size_t number);
// The value of a form field, or NULL when it is not filled in. A name that the kind does not have is told.
#define field(event, name) field_at(HERE, event, name)
const value_t *field_at(const char *here, const event_t *event, const char *name);
// Whether a field that holds yes or no says yes.
#define yes(event, name) yes_at(HERE, event, name)
bool yes_at(const char *here, const event_t *event, const char *name);
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
// `amount` may have 64 bits; one that the host cannot hold is told with this line.
#define add(sum, code, args, amount) add_at(HERE, sum, code, args, amount)
void add_at(const char *here, sum_t *sum, const char *code, args_t args, int64_t amount);
// The decision: one award to a role, unless it is nothing. Answers true, for `return`.
bool give(decision_t *ret, sum_t *sum, const char *role);

// A line for you, never for residents: `rongyi rule run` shows it.
void log_line(const char *text);
// Ends this call with a message for you and this line; it never becomes a decision.
#define fail(message) fail_at(HERE, message)
_Noreturn void fail_at(const char *here, const char *message);

// What a rule does not have: the compiler says so at your line.
#define NEVER(why) __attribute__((unavailable(why)))
#define NO_CLOCK NEVER("规则没有时钟：用 event->on 和 event->minute / a rule has no clock: use event->on and event->minute")
#define NO_CHANCE NEVER("规则没有随机数：用 event->seed / a rule has no chance: draw with event->seed")
#define NO_FILES NEVER("规则没有文件：要知道的写进 configure 的 facts / a rule has no files: what it needs to know stands in the plan's facts")
#define NO_SCREEN NEVER("写给自己看的用 log_line(format(…)) / a line for yourself is log_line(format(...))")
int64_t time(void *) NO_CLOCK;
int64_t clock(void) NO_CLOCK;
int gettimeofday(void *, void *) NO_CLOCK;
int clock_gettime(int, void *) NO_CLOCK;
int rand(void) NO_CHANCE;
void srand(unsigned) NO_CHANCE;
long random(void) NO_CHANCE;
void *fopen(const char *, const char *) NO_FILES;
int open(const char *, int, ...) NO_FILES;
char *getenv(const char *) NO_FILES;
int printf(const char *, ...) NO_SCREEN;
int puts(const char *) NO_SCREEN;
int putchar(int) NO_SCREEN;

#endif
