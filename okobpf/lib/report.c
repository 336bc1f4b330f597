/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Reports of what happened in a load. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "image.h"
#include "mem.h"
#include "printable.h"

const char *
okobpf_status_to_string(enum okobpf_status status)
{
    switch (status) {
    case OKOBPF_OK:
        return "ok";
    case OKOBPF_BAD_OBJECT:
        return "bad object file";
    case OKOBPF_REJECTED:
        return "program refused";
    case OKOBPF_LIMIT:
        return "over a limit";
    case OKOBPF_NO_MEMORY:
        return "out of memory";
    case OKOBPF_LOSES_MAPS:
        return "loses what is in maps";
    }
    return "unknown status";
}

static char *
report_vasprintf(const char *format, va_list args_)
{
    va_list args;
    char *s = NULL;
    int n;

    va_copy(args, args_);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n >= 0) {
        s = okobpf_mem_alloc((uint64_t) n + 1, 1);
        if (s) {
            vsnprintf(s, (size_t) n + 1, format, args_);
        }
    }
    return s;
}

char *
okobpf_report_asprintf(const char *format, ...)
{
    va_list args;
    char *s;

    va_start(args, format);
    s = report_vasprintf(format, args);
    va_end(args);
    return s;
}

/* Makes the line 's', which may be NULL and may have names of the object in
 * it, fit for people.  Returns it. */
static char *
printable(char *s)
{
    if (s) {
        okobpf_make_printable(s, strlen(s));
    }
    return s;
}

static void
replace(char **member, char *s)
{
    free(*member);
    *member = s;
}

enum okobpf_status
okobpf_report_fail(struct okobpf_report *report, enum okobpf_status status,
                   const char *advice, const char *reason, ...)
{
    va_list args;

    va_start(args, reason);
    replace(&report->reason, printable(report_vasprintf(reason, args)));
    va_end(args);

    report->status = status;
    report->insn = -1;
    replace(&report->where, NULL);
    replace(&report->state, NULL);
    replace(&report->advice,
            advice ? okobpf_report_asprintf("%s", advice) : NULL);
    return status;
}

void
okobpf_report_note(struct okobpf_report *report, const char *format, ...)
{
    const char *before = report->notes ? report->notes : "";
    va_list args;
    char *note;

    va_start(args, format);
    note = printable(report_vasprintf(format, args));
    va_end(args);
    if (note) {
        replace(&report->notes,
                okobpf_report_asprintf("%s%s%s", before, *before ? "\n" : "",
                                       note));
        free(note);
    }
}

void
okobpf_report_uninit(struct okobpf_report *report)
{
    replace(&report->reason, NULL);
    replace(&report->where, NULL);
    replace(&report->state, NULL);
    replace(&report->advice, NULL);
    replace(&report->notes, NULL);
    replace(&report->log, NULL);
    for (size_t i = 0; i < report->n_map_changes; i++) {
        free(report->map_changes[i].name);
        free(report->map_changes[i].why);
    }
    free(report->map_changes);
    report->map_changes = NULL;
    report->n_map_changes = 0;
}

/* Returns the text of a part of the report as a line or more, each after a
 * new-line and 'label', or nothing for a part that is NULL or empty. */
static char *
format_part(const char *label, const char *text)
{
    return (text && *text
            ? okobpf_report_asprintf("\n%s%s", label, text)
            : okobpf_report_asprintf("%s", ""));
}

char *
okobpf_report_format(const struct okobpf_report *report)
{
    char *where = format_part("  where: ", report->where);
    char *state = format_part("  state: ", report->state);
    char *advice = format_part("  to do: ", report->advice);
    char *s = NULL;

    if (where && state && advice) {
        s = okobpf_report_asprintf(
            "%s: %s%s%s%s\n", okobpf_status_to_string(report->status),
            report->reason ? report->reason : "unknown reason", where, state,
            advice);
    }
    free(where);
    free(state);
    free(advice);
    return s;
}
