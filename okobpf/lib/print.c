/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What programs print: formats, lines, and how many of them there may be. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "image.h"
#include "mem.h"

/* Formats. */

#define MAX_LINE 256
/* A conversion specification: "%08llx" has flags "0", width 8, two 'l' and
 * type 'x'. */
struct conversion {
    char flags[4];              /* Null-terminated. */
    int width;
    int n_l;                    /* Of 'l': the value has 64 bits if any. */
    char type;
};

/* Parses the conversion at 'p', just past the '%' and before 'end'.  Returns
 * the first byte after it, or NULL if it is not one that can be printed. */
static const char *
parse_conversion(const char *p, const char *end, struct conversion *c)
{
    size_t n_flags = 0;

    memset(c, 0, sizeof *c);
    for (; p < end && *p && strchr("-+ #0", *p); p++) {
        if (n_flags >= sizeof c->flags - 1) {
            return NULL;
        }
        c->flags[n_flags++] = *p;
    }
    for (; p < end && *p >= '0' && *p <= '9'; p++) {
        c->width = c->width * 10 + (*p - '0');
        if (c->width > 99) {
            return NULL;
        }
    }
    for (; p < end && *p == 'l' && c->n_l < 2; p++) {
        c->n_l++;
    }
    if (p >= end || !*p || !strchr("%cdiuxX", *p)) {
        return NULL;
    }
    c->type = *p;
    if ((c->type == '%' && (n_flags || c->width || c->n_l))
        || (c->type == 'c' && c->n_l)) {
        return NULL;
    }
    return p + 1;
}

const char *
okobpf_printf_format_check(const char *fmt, size_t size, int *n_args)
{
    const char *end = fmt + size;
    const char *p = fmt;

    *n_args = 0;
    while (p < end && *p) {
        struct conversion c;

        if (*p++ != '%') {
            continue;
        }
        p = parse_conversion(p, end, &c);
        if (!p) {
            return ("only %%, %c and the integer conversions %d, %i, %u, %x "
                    "and %X, with flags, a width up to 99, l and ll, can be "
                    "printed");
        }
        if (c.type != '%' && ++*n_args > MAX_PRINTF_ARGS) {
            return "at most 4 arguments can be printed";
        }
    }
    return p < end ? NULL : "the format has no null terminator";
}

/* Writes 'value' to the 'size' bytes at 's' as 'c' says.  Returns the number
 * of characters that it takes. */
static int
print_value(char *s, size_t size, const struct conversion *c, uint64_t value)
{
    char spec[32];

    if (c->type == 'c') {
        snprintf(spec, sizeof spec, "%%%s%.0d%c", c->flags, c->width, 'c');
        return snprintf(s, size, spec, (int) (uint8_t) value);
    }

    if (c->type == 'd' || c->type == 'i') {
        int64_t number = c->n_l ? (int64_t) value : (int32_t) value;

        snprintf(spec, sizeof spec, "%%%s%.0d%s", c->flags, c->width, PRId64);
        return snprintf(s, size, spec, number);
    } else {
        uint64_t number = c->n_l ? value : (uint32_t) value;

        snprintf(spec, sizeof spec, "%%%s%.0d%s", c->flags, c->width,
                 c->type == 'u' ? PRIu64 : c->type == 'x' ? PRIx64 : PRIX64);
        return snprintf(s, size, spec, number);
    }
}

/* Writes to the MAX_LINE bytes at 'line' what 'format' and 'args' come to.
 * Returns its length. */
static int
format_line(char *line, const char *format, const uint64_t *args)
{
    const char *p = format;
    int arg = 0;
    int n = 0;

    while (*p && n < MAX_LINE - 1) {
        struct conversion c;

        if (*p != '%') {
            line[n++] = *p++;
            continue;
        }
        p = parse_conversion(p + 1, p + MAX_LINE, &c);
        if (!p) {
            break;
        }
        if (c.type == '%') {
            line[n++] = '%';
        } else if (arg < MAX_PRINTF_ARGS) {
            n += print_value(line + n, MAX_LINE - n, &c, args[arg++]);
        }
    }
    n = n < MAX_LINE ? n : MAX_LINE - 1;

    /* The line goes to a log, where control characters could forge others. */
    while (n && line[n - 1] == '\n') {
        n--;
    }
    for (int i = 0; i < n; i++) {
        if ((uint8_t) line[i] < ' ' || (uint8_t) line[i] >= 0x7f) {
            line[i] = '.';
        }
    }
    line[n] = '\0';
    return n;
}

/* Rate limit. */

#define CACHE_LINE_SIZE 64

/* Lines that were not printed in the runs of one slot: a cache line of its
 * own, for its only writer. */
struct suppressed {
    uint64_t n;                 /* Atomic. */
} __attribute__((__aligned__(CACHE_LINE_SIZE)));

struct printer {
    const struct okobpf_host *host;
    char *name;

    /* A token bucket, told by one number: the time in ns at which it is full
     * again.  Atomic.  It is written only when a line is printed, so that a
     * program that prints too much costs its threads a read each time. */
    uint64_t full_at;
    uint64_t interval;          /* Time in ns for which a line pays. */
    uint64_t reserve;           /* How far ahead 'full_at' may be. */

    uint64_t n_told;            /* Of suppressed lines.  Atomic. */

    /* One for each slot, and another for threads without. */
    struct suppressed suppressed[];
};

struct printer *
okobpf_printer_create(const struct okobpf_host *host, const char *name)
{
    struct printer *printer = okobpf_mem_alloc_aligned(
        sizeof *printer
        + ((uint64_t) host->n_slots + 1) * sizeof printer->suppressed[0]);

    if (!printer) {
        return NULL;
    }
    printer->host = host;
    printer->interval = (host->print_rate
                         ? UINT64_C(60000000000) / host->print_rate : 0);
    if (host->print_burst
        && __builtin_mul_overflow(host->print_burst - 1, printer->interval,
                                  &printer->reserve)) {
        printer->reserve = UINT64_MAX;
    }
    printer->name = okobpf_report_asprintf("%s", name);
    if (!printer->name) {
        free(printer);
        return NULL;
    }
    return printer;
}

static uint64_t
count_suppressed(const struct printer *printer)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i <= printer->host->n_slots; i++) {
        n += __atomic_load_n(&printer->suppressed[i].n, __ATOMIC_RELAXED);
    }
    return n;
}

/* Tells how many lines were suppressed since that was told last, if any. */
static void
tell_suppressed(struct printer *printer)
{
    uint64_t n = count_suppressed(printer);
    uint64_t told = __atomic_load_n(&printer->n_told, __ATOMIC_RELAXED);
    char line[64];

    /* If it is another thread's turn, then it tells the same. */
    if (n > told
        && __atomic_compare_exchange_n(&printer->n_told, &told, n, false,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        snprintf(line, sizeof line, "%"PRIu64" message%s suppressed",
                 n - told, n - told > 1 ? "s" : "");
        printer->host->print(printer->name, line);
    }
}

/* Whether a line may be printed at 'now'. */
static bool
take_token(struct printer *printer, uint64_t now)
{
    uint64_t full_at = __atomic_load_n(&printer->full_at, __ATOMIC_RELAXED);
    uint64_t new;

    do {
        if (full_at > now && full_at - now > printer->reserve) {
            return false;
        }
        new = (full_at > now ? full_at : now) + printer->interval;
    } while (!__atomic_compare_exchange_n(&printer->full_at, &full_at, new,
                                          true, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    return true;
}

static void
suppress(struct printer *printer, uint32_t slot)
{
    uint32_t n_slots = printer->host->n_slots;

    if (slot < n_slots) {
        uint64_t *n = &printer->suppressed[slot].n;

        /* The slot's only writer. */
        __atomic_store_n(n, __atomic_load_n(n, __ATOMIC_RELAXED) + 1,
                         __ATOMIC_RELAXED);
    } else {
        __atomic_fetch_add(&printer->suppressed[n_slots].n, 1,
                           __ATOMIC_RELAXED);
    }
}

void
okobpf_printer_destroy(struct printer *printer)
{
    if (printer) {
        if (printer->host->print) {
            tell_suppressed(printer);
        }
        free(printer->name);
        free(printer);
    }
}

uint64_t
okobpf_print_line(const struct okobpf_env *env, const char *format,
                  const uint64_t args[MAX_PRINTF_ARGS])
{
    const struct okobpf_prog *prog = env->prog;
    struct printer *printer = prog->printer;
    char line[MAX_LINE];
    int n;

    if (!prog->host->print) {
        return 0;
    }
    if (printer && printer->interval) {
        if (!take_token(printer, env->ctx.now_ns)) {
            suppress(printer, env->ctx.slot);
            return 0;
        }
        tell_suppressed(printer);
    }
    n = format_line(line, format, args);
    prog->host->print(printer ? printer->name : prog->info.name, line);
    return n;
}
