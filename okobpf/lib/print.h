/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What programs print.  See also okobpf_printf_format_check() in image.h. */

#ifndef OKOBPF_PRINT_H
#define OKOBPF_PRINT_H 1

#include "okobpf.h"

#define MAX_PRINTF_ARGS 4

struct printer;

/* Returns what a program that prints needs: the name that its lines go by, and
 * the state of the rate limit that 'host', which must outlive it, sets.
 * Returns NULL if memory is exhausted. */
struct printer *okobpf_printer_create(const struct okobpf_host *host,
                                      const char *name);

/* Destroys a printer, which may be NULL, after telling of the lines that were
 * suppressed since that was told last. */
void okobpf_printer_destroy(struct printer *);

/* Prints a line, of a 'format' that okobpf_printf_format_check() accepts,
 * unless the rate limit keeps it from that.  Returns its length, 0 if it was
 * not printed. */
uint64_t okobpf_print_line(const struct okobpf_env *, const char *format,
                           const uint64_t args[MAX_PRINTF_ARGS]);

#endif /* print.h */
