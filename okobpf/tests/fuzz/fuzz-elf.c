/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Fuzzer for the loader and all behind it.  What it loads, it runs under the
 * oracle on a packet made from the input: a trap is a hole in the verifier.
 *
 *    make fuzz && build/okobpf/fuzz/fuzz-elf okobpf/tests/corpus/elf */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
run_accepted(const struct okobpf_prog *prog, const uint8_t *data, size_t size)
{
    uint32_t len = size < 128 ? size : 128;
    struct okobpf_env env;
    struct oracle oracle;

    memset(&env, 0, sizeof env);
    env.ctx.data = (uintptr_t) data + size - len;
    env.ctx.data_end = env.ctx.data + len;
    env.ctx.pkt_len = len;
    env.ctx.l3_ofs = 14;
    env.ctx.l4_ofs = 34;
    oracle_init(&oracle, prog, &env, 10000000);
    oracle_run(prog, &env, &oracle);
    if (oracle.trapped) {
        fprintf(stderr, "accepted, but %s\n", oracle.trap);
        __builtin_trap();
    }
    oracle_uninit(&oracle);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct okobpf_limits limits = okobpf_default_limits;
    const struct okobpf_options options = {
        .limits = &limits,
        .engine = OKOBPF_ENGINE_AUTO,
        .want_log = size & 1,
    };
    struct okobpf_report report;
    struct okobpf_prog *prog;

    limits.max_map_memory = 1024 * 1024;
    limits.max_visits = 20000;
    prog = okobpf_load(data, size, &options, &report);
    if (prog) {
        run_accepted(prog, data, size);
        okobpf_prog_destroy(prog);
    } else if (!report.reason) {
        fprintf(stderr, "refused without a reason\n");
        __builtin_trap();
    }
    okobpf_report_uninit(&report);
    return 0;
}
