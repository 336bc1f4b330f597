/*
 * Copyright (c) 2026 The Oko authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */


#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

/* Helper functions: what programs may call.
 *
 * The verifier has checked the arguments against 'helpers[]' before a program
 * first runs, so the functions trust them. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "image.h"
#include "map.h"
#include "xxhash.h"

static inline struct okobpf_map *
map_arg(uint64_t r)
{
    return (struct okobpf_map *) (uintptr_t) r;
}

static inline void *
ptr_arg(uint64_t r)
{
    return (void *) (uintptr_t) r;
}

/* What programs get for a result: 0, or a negative number. */
static uint64_t
result_to_r0(enum okobpf_map_result result)
{
    return -(uint64_t) result;
}

/* Maps. */

static uint64_t
helper_map_lookup(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                  uint64_t r5, struct okobpf_env *env)
{
    struct okobpf_map *map = map_arg(r1);
    void *value = map->ops->lookup(map, ptr_arg(r2), env->ctx.slot);

    (void) r3, (void) r4, (void) r5;
    return (uintptr_t) value;
}

static uint64_t
helper_map_update(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                  uint64_t r5, struct okobpf_env *env)
{
    struct okobpf_map *map = map_arg(r1);

    (void) r4, (void) r5;
    return result_to_r0(map->info.read_only
                        ? OKOBPF_MAP_READ_ONLY
                        : map->ops->update(map, ptr_arg(r2), ptr_arg(r3),
                                           OKOBPF_ANY, env->ctx.slot));
}

static uint64_t
helper_map_delete(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                  uint64_t r5, struct okobpf_env *env)
{
    struct okobpf_map *map = map_arg(r1);

    (void) r3, (void) r4, (void) r5, (void) env;
    return result_to_r0(map->ops->delete(map, ptr_arg(r2)));
}

static uint64_t
helper_map_add(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
               uint64_t r5, struct okobpf_env *env)
{
    struct okobpf_map *map = map_arg(r1);

    (void) r3, (void) r4, (void) r5, (void) env;
    return result_to_r0(map->ops->add(map, ptr_arg(r2)));
}

/* State of the run. */

static uint64_t
helper_time_get_ns(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                   uint64_t r5, struct okobpf_env *env)
{
    (void) r1, (void) r2, (void) r3, (void) r4, (void) r5;
    return env->ctx.now_ns;
}

static uint64_t
helper_get_slot(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                uint64_t r5, struct okobpf_env *env)
{
    (void) r1, (void) r2, (void) r3, (void) r4, (void) r5;
    return env->ctx.slot;
}

/* Copies from the packet.  Out of bounds, the memory becomes zeros: in either
 * case the verifier takes it for initialized. */
static uint64_t
helper_load_bytes(uint64_t ofs, uint64_t to, uint64_t len, uint64_t r4,
                  uint64_t r5, struct okobpf_env *env)
{
    (void) r4, (void) r5;
    if (ofs > env->ctx.pkt_len || len > env->ctx.pkt_len - ofs) {
        memset(ptr_arg(to), 0, len);
        return -1;
    }
    memcpy(ptr_arg(to), ptr_arg(env->ctx.data + ofs), len);
    return 0;
}

/* Low 32 bits of XXH64 with seed 0. */
static uint64_t
helper_hash(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
            uint64_t r5, struct okobpf_env *env)
{
    (void) r3, (void) r4, (void) r5, (void) env;
    return (uint32_t) xxhash64(ptr_arg(r1), r2, 0);
}

/* Printing. */

#define MAX_PRINTF_ARGS 4
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
printf_format_check(const char *fmt, size_t size, int *n_args)
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

/* Prints a line to the host.  Returns its length. */
static uint64_t
helper_printf(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
              uint64_t r5, struct okobpf_env *env)
{
    const uint64_t args[MAX_PRINTF_ARGS] = { r2, r3, r4, r5 };
    const struct okobpf_host *host = env->prog->host;
    const char *p = ptr_arg(r1);
    char line[MAX_LINE];
    int arg = 0;
    int n = 0;

    if (!host->print) {
        return 0;
    }
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
        if ((uint8_t) line[i] < ' ' || line[i] == 0x7f) {
            line[i] = '.';
        }
    }
    line[n] = '\0';
    host->print(env->prog->info.name, line);
    return n;
}

/* The table. */

#define MAP_BIT(KIND) (UINT32_C(1) << OKOBPF_MAP_##KIND)
#define ARRAY_MAPS (MAP_BIT(ARRAY) | MAP_BIT(PERCPU_ARRAY))
#define KEYED_MAPS (MAP_BIT(HASH) | MAP_BIT(PERCPU_HASH) | MAP_BIT(LRU_HASH) \
                    | MAP_BIT(LPM_TRIE))
#define SKETCH_MAPS (MAP_BIT(BLOOM) | MAP_BIT(COUNTMIN))

const struct helper helpers[N_HELPERS] = {
    [HELPER_MAP_LOOKUP] = {
        .name = "map_lookup",
        .function = helper_map_lookup,
        .ret = RET_MAP_VALUE_OR_NULL,
        .args = { ARG_MAP, ARG_MAP_KEY },
        .map_types = ARRAY_MAPS | KEYED_MAPS | SKETCH_MAPS,
    },
    [HELPER_MAP_UPDATE] = {
        .name = "map_update",
        .function = helper_map_update,
        .ret = RET_SCALAR,
        .args = { ARG_MAP, ARG_MAP_KEY, ARG_MAP_VALUE },
        .map_types = ARRAY_MAPS | KEYED_MAPS,
    },
    [HELPER_MAP_DELETE] = {
        .name = "map_delete",
        .function = helper_map_delete,
        .ret = RET_SCALAR,
        .args = { ARG_MAP, ARG_MAP_KEY },
        .map_types = KEYED_MAPS,
    },
    [HELPER_MAP_ADD] = {
        .name = "map_add",
        .function = helper_map_add,
        .ret = RET_SCALAR,
        .args = { ARG_MAP, ARG_MAP_ITEM },
        .map_types = SKETCH_MAPS,
    },
    [HELPER_TIME_GET_NS] = {
        .name = "time_get_ns",
        .function = helper_time_get_ns,
        .ret = RET_SCALAR,
    },
    [HELPER_HASH] = {
        .name = "hash",
        .function = helper_hash,
        .ret = RET_SCALAR,
        .args = { ARG_MEM, ARG_SIZE },
    },
    [HELPER_PRINTF] = {
        .name = "printf",
        .function = helper_printf,
        .ret = RET_SCALAR,
        .args = { ARG_FMT },
    },
    [HELPER_GET_SLOT] = {
        .name = "get_slot",
        .function = helper_get_slot,
        .ret = RET_SCALAR,
    },
    [HELPER_LOAD_BYTES] = {
        .name = "load_bytes",
        .function = helper_load_bytes,
        .ret = RET_SCALAR,
        .args = { ARG_ANY, ARG_MEM_WRITE, ARG_SIZE },
    },
};

enum helper_id
helper_from_name(const char *name)
{
    static const char *const prefixes[] = { "", "bpf_", "ubpf_", "oko_" };

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t n = strlen(prefixes[i]);

        if (strncmp(name, prefixes[i], n)) {
            continue;
        }
        for (int id = 1; id < N_HELPERS; id++) {
            if (helpers[id].name && !strcmp(name + n, helpers[id].name)) {
                return id;
            }
        }
    }
    return 0;
}
