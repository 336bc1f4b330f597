/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Text from objects, for people. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "printable.h"

#include <stdbool.h>
#include <stdint.h>

/* Returns the number of bytes of the character at 'p', of 'n' bytes, or 0 if
 * it is not to be printed. */
static size_t
char_len(const uint8_t *p, size_t n)
{
    size_t len = (p[0] < 0x80 ? 1
                  : p[0] < 0xc2 ? 0
                  : p[0] < 0xe0 ? 2
                  : p[0] < 0xf0 ? 3
                  : p[0] < 0xf5 ? 4
                  : 0);

    if (len == 1) {
        return !p[0] || (p[0] >= ' ' && p[0] != 0x7f);
    }
    if (len > n || (p[0] == 0xc2 && p[1] < 0xa0)) {
        return 0;               /* Cut off, or a control character. */
    }
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return len;
}

void
okobpf_make_printable(char *s, size_t n)
{
    while (n) {
        size_t len = char_len((const uint8_t *) s, n);

        if (!len) {
            *s = *s == '\t' ? ' ' : '?';
            len = 1;
        }
        s += len;
        n -= len;
    }
}
