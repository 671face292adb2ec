// See rongyi.h. Memory is a heap that only grows: each question gets a fresh instance, which is thrown away.
#include "rongyi.h"
#include "texts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

extern unsigned char __heap_base;
static size_t heap_next;

// Each piece is preceded by its size, which `realloc` needs.
void *malloc(size_t size) {
    if (heap_next == 0) heap_next = (size_t)&__heap_base;
    size_t at = ((heap_next + 15) & ~(size_t)15) + 16;
    if (size > ((size_t)1 << 30)) return NULL;
    size_t end = at + size;
    size_t pages = (end + 65535) / 65536, have = __builtin_wasm_memory_size(0);
    if (pages > have && __builtin_wasm_memory_grow(0, pages - have) == (size_t)-1) return NULL;
    *(size_t *)(at - 16) = size;
    heap_next = end;
    return (void *)at;
}

void *calloc(size_t count, size_t size) {
    void *at = malloc(count * size);
    return at ? memset(at, 0, count * size) : NULL;
}

void *realloc(void *old, size_t size) {
    if (!old) return malloc(size);
    size_t had = *(size_t *)((size_t)old - 16);
    void *at = malloc(size);
    return at ? memcpy(at, old, had < size ? had : size) : NULL;
}

void free(void *old) { (void)old; }

_Noreturn void abort(void) { __builtin_trap(); }

void *memcpy(void *to, const void *from, size_t size) {
    unsigned char *a = to;
    const unsigned char *b = from;
    for (size_t at = 0; at < size; at++) a[at] = b[at];
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    unsigned char *a = to;
    const unsigned char *b = from;
    if (a <= b) return memcpy(to, from, size);
    for (size_t at = size; at > 0; at--) a[at - 1] = b[at - 1];
    return to;
}

void *memset(void *at, int byte, size_t size) {
    unsigned char *a = at;
    for (size_t i = 0; i < size; i++) a[i] = (unsigned char)byte;
    return at;
}

int memcmp(const void *a, const void *b, size_t size) {
    const unsigned char *x = a, *y = b;
    for (size_t at = 0; at < size; at++) {
        if (x[at] != y[at]) return x[at] < y[at] ? -1 : 1;
    }
    return 0;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length]) length++;
    return length;
}

// Whether a text begins otherwise than these bytes; it never reads past the text's end.
static bool memcmp_text(const char *text, const char *begin, size_t size) {
    for (size_t at = 0; at < size; at++) {
        if (!text[at] || text[at] != begin[at]) return true;
    }
    return false;
}

static const char *joined(const char *a, const char *b, const char *c) {
    size_t la = strlen(a), lb = strlen(b), lc = strlen(c);
    char *out = malloc(la + lb + lc + 1);
    if (!out) __builtin_trap();
    memcpy(out, a, la);
    memcpy(out + la, b, lb);
    memcpy(out + la + lb, c, lc + 1);
    return out;
}

void *copied(const void *from, size_t size) {
    void *at = malloc(size);
    if (!at) fail("out of memory");
    return memcpy(at, from, size);
}

string_t str(const char *text) {
    return (string_t){.ptr = (uint8_t *)text, .len = strlen(text)};
}

text_t text(const char *zh, const char *en) { return (text_t){str(zh), str(en)}; }

const char *format(const char *text, ...) {
    va_list numbers;
    va_start(numbers, text);
    size_t most = strlen(text) * 6 + 1, length = 0;
    char *out = malloc(most);
    if (!out) fail("out of memory");
    for (; *text; text++) {
        if (text[0] != '%' || text[1] != 'd') {
            out[length++] = *text;
            continue;
        }
        text++;
        int64_t number = va_arg(numbers, int);
        char digits[12];
        size_t count = 0;
        if (number < 0) {
            out[length++] = '-';
            number = -number;
        }
        do digits[count++] = (char)('0' + number % 10);
        while ((number /= 10) > 0);
        while (count) out[length++] = digits[--count];
    }
    out[length] = 0;
    va_end(numbers);
    return out;
}

phrase_t phrase(const char *code, const char *zh, const char *en) {
    return (phrase_t){.code = str(code), .text = text(zh, en)};
}

diagnostic_t wrong(const char *path, const char *code, const char *zh, const char *en) {
    return (diagnostic_t){RONGYI_RULES_TYPES_SEVERITY_ERROR, str(path), str(code), text(zh, en)};
}

arg_t integer(int32_t value) {
    return (arg_t){.tag = RONGYI_RULES_TYPES_ARG_INTEGER, .val.integer = value};
}

arg_t decimal(int32_t units, uint8_t scale) {
    return (arg_t){.tag = RONGYI_RULES_TYPES_ARG_DECIMAL, .val.decimal = {units, scale}};
}

arg_t day(date_t date) { return (arg_t){.tag = RONGYI_RULES_TYPES_ARG_DAY, .val.day = date}; }

arg_t code(const char *name) {
    return (arg_t){.tag = RONGYI_RULES_TYPES_ARG_CODE, .val.code = str(name)};
}

// Whether schema.json names this key.
static bool in_schema(const char *key) {
    size_t long_key = strlen(key);
    for (const char *at = SCHEMA; *at; at++) {
        if (*at != '"' || memcmp_text(at + 1, key, long_key) || at[1 + long_key] != '"') continue;
        const char *after = at + 2 + long_key;
        while (*after == ' ' || *after == '\n' || *after == '\t' || *after == '\r') after++;
        if (*after == ':') return true;
    }
    return false;
}

// The host writes the JSON: sorted keys, no spaces, and only what is in the TOML table.
int32_t param_at(const char *here, const string_t *json, const char *key, const int32_t *otherwise) {
    size_t long_key = strlen(key), depth = 0;
    if (!in_schema(key)) {
        fail_at(here, joined("schema.json 里没有参数 / schema.json has no parameter: ", key, ""));
    }
    for (size_t at = 0; at < json->len; at++) {
        uint8_t byte = json->ptr[at];
        if (byte == '{' || byte == '[') depth++;
        if (byte == '}' || byte == ']') depth--;
        if (byte != '"') continue;
        size_t begins = ++at;
        while (at < json->len && json->ptr[at] != '"') at += json->ptr[at] == '\\' ? 2 : 1;
        bool named = depth == 1 && at + 1 < json->len && json->ptr[at + 1] == ':' &&
                     at - begins == long_key && !memcmp(json->ptr + begins, key, long_key);
        if (!named) continue;
        at += 2;
        bool below = json->ptr[at] == '-';
        int64_t number = 0;
        size_t digits = 0;
        for (at += below; at < json->len && json->ptr[at] >= '0' && json->ptr[at] <= '9'; at++, digits++) {
            number = number * 10 + (json->ptr[at] - '0');
            if (number > INT32_MAX) fail_at(here, joined("参数太大 / the parameter is too large: ", key, ""));
        }
        if (!digits) fail_at(here, joined("参数不是整数 / the parameter is no whole number: ", key, ""));
        return (int32_t)(below ? -number : number);
    }
    if (!otherwise) {
        fail_at(here, joined("缺少参数，可以不写的用 param / the parameter is missing (one that may be is read with param): ", key, ""));
    }
    return *otherwise;
}

bool same(const string_t *a, const char *b) {
    return a->len == strlen(b) && !memcmp(a->ptr, b, a->len);
}

// What `configure` answered in this question.
static const plan_t *planned;

const value_t *field_at(const char *here, const event_t *event, const char *name) {
    for (size_t at = 0; planned && at < planned->kinds.len; at++) {
        const kind_plan_t *kind = &planned->kinds.ptr[at];
        if (kind->code.len != event->kind.len || memcmp(kind->code.ptr, event->kind.ptr, kind->code.len)) continue;
        bool there = false;
        for (size_t one = 0; one < kind->fields.len; one++) there |= same(&kind->fields.ptr[one].name, name);
        if (!there) fail_at(here, joined("事项没有这个字段 / the kind has no such field: ", name, ""));
    }
    for (size_t at = 0; at < event->fields.len; at++) {
        if (same(&event->fields.ptr[at].f0, name)) return &event->fields.ptr[at].f1;
    }
    return NULL;
}

bool yes_at(const char *here, const event_t *event, const char *name) {
    const value_t *value = field_at(here, event, name);
    if (!value) return false;
    if (value->tag != RONGYI_RULES_TYPES_VALUE_YES_NO) {
        fail_at(here, joined("字段不是“是或否” / the field does not hold yes or no: ", name, ""));
    }
    return value->val.yes_no;
}

int32_t fact_at(const char *here, const rongyi_rules_types_list_fact_t *facts, size_t number) {
    if (number >= facts->len) {
        fail_at(here, format("没有第 %d 个 facts，只有 %d 个（从 0 数起） / there is no fact %d: %d in all, counted from 0",
                             (int)number, (int)facts->len, (int)number, (int)facts->len));
    }
    return facts->ptr[number].value;
}

bool refuse(refusal_t *err, const char *code, args_t args, const date_t *opens) {
    *err = (refusal_t){.code = str(code), .args = args};
    if (opens) {
        err->opens.is_some = true;
        err->opens.val = *opens;
    }
    return false;
}

date_t next_month(date_t date) {
    return date.month == 12 ? (date_t){date.year + 1, 1, 1} : (date_t){date.year, date.month + 1, 1};
}

void add_at(const char *here, sum_t *sum, const char *code, args_t args, int64_t amount) {
    if (sum->count == sizeof sum->lines / sizeof *sum->lines) {
        fail_at(here, "一笔最多 32 行 / a sum holds at most 32 lines");
    }
    int64_t total = sum->total + amount;
    if (amount < INT32_MIN || amount > INT32_MAX || total < INT32_MIN || total > INT32_MAX) {
        fail_at(here, joined("数太大，主机放不下 / the amount is too large for the host: ", code, ""));
    }
    bool there = !planned;
    for (size_t at = 0; planned && at < planned->phrases.len; at++) there |= same(&planned->phrases.ptr[at].code, code);
    if (!there) fail_at(here, joined("configure 的 phrases 里没有 / the plan has no phrase: ", code, ""));
    sum->total = (int32_t)total;
    sum->lines[sum->count++] =
        (line_t){.code = str(code), .args = args, .asset = str(sum->asset), .amount = {true, (int32_t)amount}};
}

bool give(decision_t *ret, sum_t *sum, const char *role) {
    *ret = (decision_t){0};
    if (sum->count) {
        ret->lines.ptr = copied(sum->lines, sum->count * sizeof *sum->lines);
        ret->lines.len = sum->count;
    }
    if (sum->total) {
        award_t award = {.role = str(role), .asset = str(sum->asset), .amount = sum->total,
                         .short_ = RONGYI_RULES_TYPES_SHORT_CLAMP};
        ret->awards.ptr = copied(&award, sizeof award);
        ret->awards.len = 1;
    }
    return true;
}

void log_line(const char *text) {
    string_t line = str(text);
    rongyi_rules_host_log(RONGYI_RULES_HOST_LEVEL_INFO, &line);
}

_Noreturn void fail_at(const char *here, const char *message) {
    string_t line = str(joined(here, ": ", message));
    rongyi_rules_host_log(RONGYI_RULES_HOST_LEVEL_ERROR, &line);
    __builtin_trap();
}

// The questions as the host asks them. What a rule does not answer is refused; what it announces it must answer.
bool rule_earn(event_t *event, decision_t *ret, refusal_t *err) __attribute__((weak));
bool rule_price(basket_t *basket, quote_t *ret, refusal_t *err) __attribute__((weak));
bool rule_close(closing_t *closing, decision_t *ret, refusal_t *err) __attribute__((weak));

static bool nobody(refusal_t *err) { return refuse(err, "not-handled", NO_ARGS, NULL); }

void exports_rongyi_rules_rules_describe(about_t *ret) {
    *ret = (about_t){0};
    rule_describe(ret);
}

bool exports_rongyi_rules_rules_configure(string_t *given, plan_t *ret, diagnostics_t *err) {
    *ret = (plan_t){0};
    if (!rule_configure(given, ret, err)) return false;
    plan_t *kept = copied(ret, sizeof *ret);
    for (size_t at = 0; at < ret->kinds.len; at++) {
        bool closing = same(&ret->kinds.ptr[at].code, "period.close");
        if (!closing && !rule_earn) {
            fail_at("rule.c", "说明了事项，可是没有 rule_earn：写上它，或核对拼写 / there are kinds, but no rule_earn: write it, or check the spelling");
        }
        if (closing && !rule_close) {
            fail_at("rule.c", "说明了 period.close，可是没有 rule_close / there is period.close, but no rule_close");
        }
    }
    if (ret->pricing.is_some && !rule_price) {
        fail_at("rule.c", "说明了 pricing，可是没有 rule_price / there is pricing, but no rule_price");
    }
    planned = kept;
    return true;
}

bool exports_rongyi_rules_rules_earn(event_t *event, decision_t *ret, refusal_t *err) {
    return rule_earn ? rule_earn(event, ret, err) : nobody(err);
}

bool exports_rongyi_rules_rules_price(basket_t *basket, quote_t *ret, refusal_t *err) {
    return rule_price ? rule_price(basket, ret, err) : nobody(err);
}

bool exports_rongyi_rules_rules_close(closing_t *closing, decision_t *ret, refusal_t *err) {
    return rule_close ? rule_close(closing, ret, err) : nobody(err);
}

// The bindings ask for this so that a description of the interface is linked in; the kit adds its own.
void __component_type_object_force_link_rule(void) {}
