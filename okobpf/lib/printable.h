/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifndef OKOBPF_PRINTABLE_H
#define OKOBPF_PRINTABLE_H 1

#include <stddef.h>

/* Puts '?' in place of what is no text in the 'n' bytes at 's', which come
 * from an object and will be shown to people: control characters, which could
 * make a terminal do things, and bytes that are not UTF-8.  Null bytes stay.
 */
void okobpf_make_printable(char *s, size_t n);

#endif /* printable.h */
