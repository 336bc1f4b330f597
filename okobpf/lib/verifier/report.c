/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What the verifier tells people: refusals and the log. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"
#include "verifier/verifier.h"

/* A text that grows, up to 'limit' bytes; what is past that is lost. */
struct text {
    char *s;                    /* Null-terminated, or NULL. */
    size_t len, size, limit;
    bool truncated;
};

static void
text_vput(struct text *text, const char *format, va_list args_)
{
    va_list args;
    int n;

    va_copy(args, args_);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0 || text->truncated) {
        return;
    }
    if (text->len + n > text->limit) {
        text->truncated = true;
        return;
    }
    if (text->len + n + 1 > text->size) {
        size_t size = (text->len + n + 1) * 2;
        char *s = okobpf_mem_resize(text->s, size, 1);

        if (!s) {
            text->truncated = true;
            return;
        }
        text->s = s;
        text->size = size;
    }
    vsnprintf(text->s + text->len, (size_t) n + 1, format, args_);
    text->len += n;
}

static void text_put(struct text *, const char *format, ...)
    __attribute__((__format__(__printf__, 2, 3)));

static void
text_put(struct text *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_vput(text, format, args);
    va_end(args);
}

/* Values. */

const char *
okobpf_val_type_name(const struct verifier *v, const struct val *val)
{
    switch ((enum val_type) val->type) {
    case V_NONE:
        return "an uninitialized register";
    case V_SCALAR:
        return "a number";
    case V_CTX:
        return "the context";
    case V_PKT:
        if (val->id != ID_PKT_LEN || val->form != FORM_PLAIN || val->delta) {
            return "a packet pointer";
        }
        return (v->image->abi == OKOBPF_ABI_CONTEXT ? "data_end"
                : "the end of the packet");
    case V_STACK:
        return "a stack pointer";
    case V_MAP:
        return "a map";
    case V_VALUE:
        return "a map value pointer";
    case V_VALUE_OR_NULL:
        return "a map value pointer that may be NULL";
    case V_PKT_NEG:
        return "a negated packet pointer";
    case V_PKT_LOW:
        return "the lower half of a packet pointer";
    case V_PKT_NEG_LOW:
        return "the lower half of a negated packet pointer";
    case V_NULLS:
    case V_NOT_NULL:
        return "an OR of map value pointers";
    }
    return "?";
}

static void
put_number(struct text *text, const struct scalar *s)
{
    if (scalar_is_const(s)) {
        if (s->r.smin < 0 && s->r.smin >= -65536) {
            text_put(text, "%lld", (long long) s->r.smin);
        } else if (s->r.umin < 65536) {
            text_put(text, "%llu", (unsigned long long) s->r.umin);
        } else {
            text_put(text, "0x%llx", (unsigned long long) s->r.umin);
        }
        return;
    }
    if (s->r.umin || s->r.umax != UINT64_MAX) {
        text_put(text, "%llu...%llu", (unsigned long long) s->r.umin,
                 (unsigned long long) s->r.umax);
    } else if (s->r.smin != INT64_MIN || s->r.smax != INT64_MAX) {
        text_put(text, "%lld...%lld", (long long) s->r.smin,
                 (long long) s->r.smax);
    } else {
        text_put(text, "any");
    }
    if (s->r.umax > UINT32_MAX
        && (s->h.umin || s->h.umax != UINT32_MAX)) {
        text_put(text, " (low 32 bits %llu...%llu)",
                 (unsigned long long) s->h.umin,
                 (unsigned long long) s->h.umax);
    }

    /* Only if the bits say more than the bounds. */
    if (!tnum_includes(s->t, okobpf_tnum_range(s->r.umin, s->r.umax))) {
        text_put(text, " bits 0x%llx/0x%llx",
                 (unsigned long long) s->t.value,
                 (unsigned long long) s->t.mask);
    }
}

/* Says how 'val' relates to other values. */
static void
put_relation(struct text *text, const struct val *val)
{
    char symbol[24];

    if (!val->id || scalar_is_const(&val->s)) {
        return;
    }
    if (val->id == ID_PKT_LEN) {
        snprintf(symbol, sizeof symbol, "pkt_len");
    } else {
        snprintf(symbol, sizeof symbol, "n%u", val->id);
    }
    switch ((enum val_form) val->form) {
    case FORM_PLAIN:
        text_put(text, " =%s", symbol);
        break;
    case FORM_REST:
        text_put(text, " =pkt_len-(%s", symbol);
        break;
    case FORM_SHIFTED_U:
    case FORM_SHIFTED_S:
        text_put(text, " =(%s", symbol);
        break;
    case FORM_SHIFTED_REST_U:
    case FORM_SHIFTED_REST_S:
        text_put(text, " =(pkt_len-%s", symbol);
        text_put(text, "%+d)<<32", -val->delta);
        return;
    case FORM_QUOTIENT:
        text_put(text, " =%s/%d", symbol, val->delta);
        return;
    case FORM_MULTIPLE:
        text_put(text, " =(%s/%d)*%d", symbol, val->delta, val->delta);
        return;
    case FORM_EITHER:
    case FORM_PRODUCT:
        return;
    }
    if (val->delta) {
        text_put(text, "%+d", val->delta);
    }
    if (val->form != FORM_PLAIN) {
        text_put(text, val->form == FORM_REST ? ")" : ")<<32");
    }
    if (val->range != RANGE_NONE && val->id != ID_PKT_LEN) {
        text_put(text, ", %s%+d<=pkt_len", symbol, val->range);
    }
    if (val->with) {
        text_put(text, ", %s+n%u%+d<=pkt_len", symbol, val->with,
                 val->with_range);
    }
}

static void
put_val(struct text *text, const struct verifier *v, const struct val *val)
{
    switch ((enum val_type) val->type) {
    case V_NONE:
        text_put(text, "?");
        return;
    case V_SCALAR:
        put_number(text, &val->s);
        put_relation(text, val);
        return;
    case V_CTX:
        text_put(text, "ctx");
        return;
    case V_PKT:
    case V_PKT_NEG:
    case V_PKT_LOW:
    case V_PKT_NEG_LOW:
        text_put(text, "%s%spkt+(",
                 val->type == V_PKT_LOW || val->type == V_PKT_NEG_LOW
                 ? "low32 of " : "",
                 val->type == V_PKT_NEG || val->type == V_PKT_NEG_LOW
                 ? "minus " : "");
        put_number(text, &val->s);
        put_relation(text, val);
        text_put(text, ")");
        return;
    case V_STACK:
        text_put(text, "stack%s", val->frame == v->cur->depth ? ""
                 : " of caller");
        if (scalar_is_const(&val->s)) {
            text_put(text, "%+lld", (long long) val->s.r.smin);
        } else {
            text_put(text, "+(%lld...%lld)", (long long) val->s.r.smin,
                     (long long) val->s.r.smax);
        }
        return;
    case V_NULLS:
    case V_NOT_NULL:
        text_put(text, "OR of values%s", val->type == V_NULLS ? " or NULL"
                 : "");
        return;
    case V_MAP:
    case V_VALUE:
    case V_VALUE_OR_NULL:
        text_put(text, "%s %s", val->type == V_MAP ? "map"
                 : val->type == V_VALUE ? "value of" : "value or NULL of",
                 v->image->maps[val->map].name
                 ? v->image->maps[val->map].name : "?");
        if (val->type == V_VALUE) {
            text_put(text, " +(");
            put_number(text, &val->s);
            text_put(text, ")");
        }
        return;
    }
}

/* Writes registers, stack and packet length of the current state. */
static void
put_state(struct text *text, const struct verifier *v)
{
    const struct frame *frame = &v->cur->frames[v->cur->depth];
    const char *separator = "";

    for (int r = 0; r < 10; r++) {
        if (frame->regs[r].type != V_NONE) {
            text_put(text, "%sr%d=", separator, r);
            put_val(text, v, &frame->regs[r]);
            separator = "; ";
        }
    }
    for (uint32_t s = 0; s < frame->n_slots; s++) {
        static const char kinds[] = "?!m0v";
        const struct slot *slot = &frame->slots[s];
        bool any = false;

        for (int i = 0; i < 8; i++) {
            any = any || slot->kind[i] != B_NONE;
        }
        if (!any) {
            continue;
        }
        text_put(text, "%sstack-%u=", separator, (s + 1) * 8);
        separator = "; ";
        if (slot->size == 8) {
            put_val(text, v, &slot->val);
            continue;
        }
        for (int i = 0; i < 8; i++) {
            text_put(text, "%c", kinds[slot->kind[i]]);
        }
        if (slot->size) {
            text_put(text, " v=");
            put_val(text, v, &slot->val);
        }
    }
    text_put(text, "%spkt_len>=%u", separator, v->cur->len_min);
}

static void
put_path(struct text *text, const struct verifier *v)
{
    const struct state *cur = v->cur;
    uint32_t n = cur->n_trail < N_TRAIL ? cur->n_trail : N_TRAIL;

    text_put(text, "path: start");
    if (cur->n_trail > n) {
        text_put(text, ", %u branches", cur->n_trail - n);
    }
    for (uint32_t i = cur->n_trail - n; i != cur->n_trail; i++) {
        uint32_t step = cur->trail[i % N_TRAIL];

        text_put(text, ", %u %s", step / 2,
                 step & 1 ? "taken" : "not taken");
    }
    for (uint32_t f = 1; f <= cur->depth; f++) {
        text_put(text, ", in the call at %u", cur->frames[f].call_insn);
    }
}

static void
put_where(struct text *text, const struct verifier *v, uint32_t insn)
{
    const struct image *image = v->image;
    const struct insn_line *line = NULL;
    char code[128];

    if (insn >= v->n_insns) {
        return;
    }
    okobpf_disasm(v->insns, v->n_insns, insn, code, sizeof code);
    if (image->section) {
        text_put(text, "section %s, ", image->section);
    }
    text_put(text, "insn %u: %s", insn, code);

    for (uint32_t i = 0; i < image->n_lines && image->lines[i].insn <= insn;
         i++) {
        line = &image->lines[i];
    }
    if (line && line->file) {
        const char *text_ = line->text ? line->text : "";

        text_ += strspn(text_, " \t");
        text_put(text, "\n         %s:%u%s%s", line->file, line->line,
                 *text_ ? ": " : "", text_);
    }
}

/* Refusals. */

static void
report(struct verifier *v, enum okobpf_status status, uint32_t insn,
       bool with_state, const char *advice, const char *reason, va_list args)
{
    struct okobpf_report *r = v->report;
    struct text text = { .limit = 1024 };

    v->status = status;
    text_vput(&text, reason, args);
    okobpf_report_fail(r, status, advice, "%s",
                       text.s ? text.s : "out of memory");
    free(text.s);

    if (!v->info) {
        return;                 /* Not even the instructions are usable. */
    }
    r->insn = insn < v->n_insns ? (int) insn : -1;

    struct text where = { .limit = 4096 };
    put_where(&where, v, insn);
    r->where = where.s;

    if (with_state && v->cur) {
        struct text state = { .limit = 8192 };

        put_state(&state, v);
        text_put(&state, "\n         ");
        put_path(&state, v);
        r->state = state.s;
    }
    okobpf_log_note(v, "refused at %u: %s\n", insn,
                    r->reason ? r->reason : "out of memory");
}

bool
okobpf_refuse(struct verifier *v, const char *advice, const char *reason, ...)
{
    va_list args;

    va_start(args, reason);
    report(v, OKOBPF_REJECTED, v->at, true, advice, reason, args);
    va_end(args);
    return false;
}

bool
okobpf_refuse_at(struct verifier *v, uint32_t insn, const char *advice,
                 const char *reason, ...)
{
    va_list args;

    va_start(args, reason);
    report(v, OKOBPF_REJECTED, insn, false, advice, reason, args);
    va_end(args);
    return false;
}

bool
okobpf_over_limit(struct verifier *v, enum okobpf_status status,
                  const char *advice, const char *reason, ...)
{
    va_list args;

    va_start(args, reason);
    report(v, status, v->at, true, advice, reason, args);
    va_end(args);
    return false;
}

/* Log. */

static struct text
log_open(struct verifier *v)
{
    struct text text = { v->log, v->log_len, v->log_size,
                         v->limits->max_log_size, v->report->log_truncated };

    return text;
}

static void
log_close(struct verifier *v, const struct text *text)
{
    v->log = text->s;
    v->log_len = text->len;
    v->log_size = text->size;
    v->report->log_truncated = text->truncated;
}

void
okobpf_log_note(struct verifier *v, const char *format, ...)
{
    va_list args;

    if (v->want_log && !v->report->log_truncated) {
        struct text text = log_open(v);

        va_start(args, format);
        text_vput(&text, format, args);
        va_end(args);
        log_close(v, &text);
    }
}

void
okobpf_log_step(struct verifier *v)
{
    if (v->want_log && !v->report->log_truncated) {
        struct text text = log_open(v);
        char code[128];

        okobpf_disasm(v->insns, v->n_insns, v->cur->insn, code, sizeof code);
        text_put(&text, "%u: %s\n    ", v->cur->insn, code);
        put_state(&text, v);
        text_put(&text, "\n");
        log_close(v, &text);
    }
}

void
okobpf_log_finish(struct verifier *v)
{
    okobpf_log_note(v, "\n%u instructions followed\n", v->n_visits);
    free(v->report->log);
    v->report->log = v->log;
    v->log = NULL;
}
