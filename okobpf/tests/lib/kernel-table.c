/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "kernel-table.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "image.h"

#define MAX_ROWS 256

static const char *const side_names[N_SIDES] = {
    "okobpf", "okobpf and kernel without dead code",
    "okobpf and administrator", "kernel",
};

/* An explanation: a paragraph of the table. */
struct row {
    enum side side;
    int abi;                    /* 0 for both. */
    bool rare;                  /* Need not come up. */
    char *pattern;              /* Of the message of whoever refuses. */
    char *why;
    int line;
    unsigned long n;            /* Disagreements that it explains. */
};

static const char *table;         /* File name. */
static struct row rows[MAX_ROWS];
static size_t n_rows;

static void
table_error(int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", table, line, what);
    exit(2);
}

static char *
copy(const char *s)
{
    char *new = okobpf_report_asprintf("%s", s);

    if (!new) {
        fprintf(stderr, "out of memory\n");
        exit(2);
    }
    return new;
}

/* Sets what the line 'name: value' says of 'row'. */
static void
set_field(struct row *row, const char *name, const char *value, int line)
{
    if (!strcmp(name, "accepted-by")) {
        for (row->side = 0; row->side < N_SIDES; row->side++) {
            if (!strcmp(value, side_names[row->side])) {
                return;
            }
        }
        table_error(line, "unknown side in accepted-by");
    } else if (!strcmp(name, "abi")) {
        row->abi = (!strcmp(value, "packet") ? OKOBPF_ABI_PACKET
                    : !strcmp(value, "context") ? OKOBPF_ABI_CONTEXT
                    : 0);
        if (!row->abi) {
            table_error(line, "expected abi: packet or context");
        }
    } else if (!strcmp(name, "message")) {
        row->pattern = copy(value);
    } else if (!strcmp(name, "rare")) {
        row->rare = true;
    } else if (!strcmp(name, "why")) {
        row->why = copy(value);
    } else {
        table_error(line, "unknown field");
    }
}

/* Reads the table: paragraphs of lines 'name: value', in which lines that
 * begin with a space go on with the one before, and comments. */
void
table_read(const char *file_name)
{
    FILE *file = fopen(file_name, "r");
    struct row *row = NULL;
    char text[256];
    int line = 0;

    table = file_name;
    if (!file) {
        perror(table);
        exit(2);
    }
    while (fgets(text, sizeof text, file)) {
        char *value = strstr(text, ": ");

        line++;
        text[strcspn(text, "\n")] = '\0';
        if (text[0] == '#' || (row && text[0] == ' ')) {
            continue;
        } else if (!text[0]) {
            row = NULL;
            continue;
        } else if (!value) {
            table_error(line, "expected NAME: VALUE");
        }
        if (!row) {
            if (n_rows >= MAX_ROWS) {
                table_error(line, "too many paragraphs");
            }
            row = &rows[n_rows++];
            row->side = N_SIDES;
            row->line = line;
        }
        *value = '\0';
        set_field(row, text, value + 2, line);
    }
    fclose(file);
    for (size_t i = 0; i < n_rows; i++) {
        if (rows[i].side >= N_SIDES || !rows[i].pattern || !rows[i].why) {
            table_error(rows[i].line,
                        "a paragraph needs accepted-by, message and why");
        }
    }
}

/* Copies the first line of 's' to 'to', numbers replaced by '#', except for 0
 * where it names no register. */
static void
normalize(const char *s, char *to, size_t size)
{
    size_t n = 0;

    while (*s && *s != '\n' && n + 1 < size) {
        size_t digits = strspn(s, "0123456789");
        bool is_reg = n && (to[n - 1] == 'R' || to[n - 1] == 'r');

        to[n++] = digits > 1 || (digits && (is_reg || *s != '0')) ? '#' : *s;
        s += digits ? digits : 1;
    }
    to[n] = '\0';
}

static struct row *
find_row(enum side side, int abi, const char *message)
{
    for (size_t i = 0; i < n_rows; i++) {
        if (rows[i].side == side && (!rows[i].abi || rows[i].abi == abi)
            && !fnmatch(rows[i].pattern, message, 0)) {
            return &rows[i];
        }
    }
    return NULL;
}

const char *
table_side_name(enum side side)
{
    return side_names[side];
}

bool
table_explains(enum side side, int abi, const char *message, char *normal,
               size_t size)
{
    normalize(message, normal, size);

    struct row *row = find_row(side, abi, normal);
    if (row) {
        row->n++;
    }
    return row;
}

int
table_print(bool all_needed)
{
    int n_unused = 0;

    for (size_t i = 0; i < n_rows; i++) {
        const struct row *row = &rows[i];

        if (row->n) {
            printf("%6lu  %s: %s\n", row->n, side_names[row->side],
                   row->pattern);
        } else if (all_needed && !row->rare) {
            fprintf(stderr, "%s:%d: explains what doesn't happen: \"%s\"\n",
                    table, row->line, row->pattern);
            n_unused++;
        }
    }    return n_unused;
}
