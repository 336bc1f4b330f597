/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Two programs of the second form that share functions in .text, with maps in
 * section "maps". */

#include "prog.h"

struct map_def SECTION("maps") ports = { HASH, sizeof(u32), sizeof(u64), 8,
                                         0 };
struct map_def SECTION("maps") config = { ARRAY, sizeof(u32), sizeof(u32), 1,
                                          0 };

static NOINLINE u64
add_seven(u64 x)
{
    return x + 7;
}

NOINLINE u64
times_three_plus_seven(u64 x)
{
    return add_seven(x * 3);
}

u64 SECTION("filter")
by_port(const struct ctx *ctx)
{
    const u8 *data = (const u8 *) ctx->data;
    const u8 *end = (const u8 *) ctx->data_end;
    u32 port = ctx->in_port;
    u64 *n = map_lookup(&ports, &port);

    if (n) {
        *n += 1;
    }
    if (data + 14 > end) {
        return 0;
    }
    return times_three_plus_seven(data[13]);
}

u64 SECTION("filter/second")
by_config(const struct ctx *ctx)
{
    u32 zero = 0;
    u32 *value = map_lookup(&config, &zero);

    return value && add_seven(ctx->pkt_len) > *value;
}
