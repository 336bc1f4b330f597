/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Files, hex and JSON for the okobpf command. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/mem.h"
#include "tool.h"

int
tool_error(const char *format, ...)
{
    va_list args;

    fputs("okobpf: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    putc('\n', stderr);
    return EXIT_UNUSABLE;
}

/* So that the likes of /dev/zero come to an end. */
#define MAX_FILE_SIZE (1024 * 1024 * 1024)

uint8_t *
tool_read_file(const char *name, size_t *size)
{
    FILE *stream = strcmp(name, "-") ? fopen(name, "rb") : stdin;
    uint8_t *data = NULL;
    size_t allocated = 0;
    size_t n = 0;
    bool ok = stream != NULL;

    while (ok) {
        size_t got;

        if (n == allocated) {
            uint8_t *larger;

            allocated = allocated ? 2 * allocated : 65536;
            larger = okobpf_mem_resize(data, allocated, 1);
            if (!larger) {
                ok = false;
                break;
            }
            data = larger;
        }
        got = fread(data + n, 1, allocated - n, stream);
        n += got;
        if (n > MAX_FILE_SIZE) {
            errno = EFBIG;
            ok = false;
            break;
        }
        if (!got) {
            ok = !ferror(stream);
            break;
        }
    }
    if (!ok) {
        tool_error("%s: %m", name);
        free(data);
        data = NULL;
    }
    if (stream && stream != stdin) {
        fclose(stream);
    }
    *size = n;
    return data;
}

static int
hex_digit(char c)
{
    return (c >= '0' && c <= '9' ? c - '0'
            : c >= 'a' && c <= 'f' ? c - 'a' + 10
            : c >= 'A' && c <= 'F' ? c - 'A' + 10
            : -1);
}

uint8_t *
tool_parse_hex(const char *what, const char *s, size_t *n)
{
    uint8_t *bytes = okobpf_mem_alloc(strlen(s) / 2, 1);
    const char *p = s;

    *n = 0;
    if (!bytes) {
        tool_error("out of memory");
        return NULL;
    }
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
        p += 2;
    }
    for (;;) {
        while (isspace((unsigned char) *p)) {
            p++;
        }
        if (!*p) {
            return bytes;
        }
        if (hex_digit(p[0]) < 0 || hex_digit(p[1]) < 0) {
            tool_error("%s: expected pairs of hex digits, got \"%.8s\" at "
                       "character %d", what, p, (int) (p - s) + 1);
            free(bytes);
            return NULL;
        }
        bytes[(*n)++] = hex_digit(p[0]) << 4 | hex_digit(p[1]);
        p += 2;
    }
}

void
tool_print_hex(const uint8_t *p, size_t n, const char *separator)
{
    for (size_t i = 0; i < n; i++) {
        printf("%s%02x", i ? separator : "", p[i]);
    }
}

/* JSON. */

static void
put_json_string(const char *s)
{
    putchar('"');
    for (; *s; s++) {
        unsigned char c = *s;

        if (c == '"' || c == '\\') {
            printf("\\%c", c);
        } else if (c == '\n') {
            fputs("\\n", stdout);
        } else if (c < ' ' || c >= 0x7f) {
            /* Names in an object may be any bytes: not always UTF-8. */
            printf("\\u%04x", c);
        } else {
            putchar(c);
        }
    }
    putchar('"');
}

static void
json_name(struct json *json, const char *name)
{
    if (json->comma) {
        fputs(", ", stdout);
    }
    json->comma = true;
    if (name) {
        put_json_string(name);
        fputs(": ", stdout);
    }
}

void
json_open(struct json *json, const char *name, char bracket)
{
    json_name(json, name);
    putchar(bracket);
    json->comma = false;
}

void
json_close(struct json *json, char bracket)
{
    putchar(bracket);
    json->comma = true;
}

void
json_string(struct json *json, const char *name, const char *value)
{
    json_name(json, name);
    if (value) {
        put_json_string(value);
    } else {
        fputs("null", stdout);
    }
}

void
json_number(struct json *json, const char *name, uint64_t value)
{
    json_name(json, name);
    printf("%"PRIu64, value);
}

/* With three digits after the point. */
void
json_real(struct json *json, const char *name, double value)
{
    json_name(json, name);
    printf("%.3f", value);
}

void
json_bool(struct json *json, const char *name, bool value)
{
    json_name(json, name);
    fputs(value ? "true" : "false", stdout);
}

void
json_hex(struct json *json, const char *name, const uint8_t *p, size_t n)
{
    json_name(json, name);
    putchar('"');
    tool_print_hex(p, n, "");
    putchar('"');
}
