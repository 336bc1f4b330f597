/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The oracle traps what it is there to trap, and nothing else: otherwise a
 * fuzzer that finds nothing would say nothing. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "oracle.h"
#include "testlib.h"

#define INSN(OPCODE, DST, SRC, OFFSET, IMM) \
    { (OPCODE), (DST) | (SRC) << 4, (OFFSET), (IMM) }
#define MOV_K(DST, IMM) INSN(0xb7, DST, 0, 0, IMM)
#define MOV_X(DST, SRC) INSN(0xbf, DST, SRC, 0, 0)
#define ADD_K(DST, IMM) INSN(0x07, DST, 0, 0, IMM)
#define LDX_B(DST, SRC, OFS) INSN(0x71, DST, SRC, OFS, 0)
#define LDX_DW(DST, SRC, OFS) INSN(0x79, DST, SRC, OFS, 0)
#define ST_B(DST, OFS, IMM) INSN(0x72, DST, 0, OFS, IMM)
#define ST_DW(DST, OFS, IMM) INSN(0x7a, DST, 0, OFS, IMM)
#define ATOMIC_DW(DST, OFS, SRC, OP) INSN(0xdb, DST, SRC, OFS, OP)
#define CALL(ID) INSN(0x85, 0, 0, 0, ID)
#define CALL_LOCAL(OFS) INSN(0x85, 0, 1, 0, OFS)
#define JA(OFS) INSN(0x05, 0, 0, OFS, 0)
#define EXIT() INSN(0x95, 0, 0, 0, 0)
#define LD_MAP(DST) INSN(0x18, DST, BPF_PSEUDO_MAP_IDX, 0, 0), \
    INSN(0, 0, 0, 0, 0)

#define MAX_INSNS 16

struct test_case {
    const char *name;
    const char *trap;           /* Part of the message, NULL for none. */
    struct bpf_insn insns[MAX_INSNS];
};

/* Programs of the first form, on a packet of 16 bytes, with an array of four
 * values of 8 bytes. */
static const struct test_case cases[] = {
    { "last byte of packet", NULL,
      { LDX_B(0, 1, 15), EXIT() } },
    { "past the packet", "out of bounds",
      { LDX_B(0, 1, 16), EXIT() } },
    { "across the packet's end", "out of bounds",
      { LDX_DW(0, 1, 9), EXIT() } },
    { "before the packet", "out of bounds",
      { LDX_B(0, 1, -1), EXIT() } },
    { "write to packet", "read-only",
      { ST_B(1, 0, 1), MOV_K(0, 0), EXIT() } },
    { "scalar as address", "out of bounds",
      { MOV_K(1, 64), LDX_B(0, 1, 0), EXIT() } },
    { "packet at end of address space", "out of bounds",
      { MOV_K(1, -1), LDX_DW(0, 1, 0), EXIT() } },

    { "uninitialized register", "r3 is not initialized",
      { MOV_X(0, 3), EXIT() } },
    { "uninitialized result", "r0 is not initialized",
      { EXIT() } },
    { "write to r10", "r10 is written",
      { ADD_K(10, 8), MOV_K(0, 0), EXIT() } },
    { "register after call", "r1 is not initialized",
      { CALL(HELPER_TIME_GET_NS), MOV_X(0, 1), EXIT() } },

    { "stack", NULL,
      { ST_DW(10, -512, 1), LDX_DW(0, 10, -512), EXIT() } },
    { "uninitialized stack", "stack at offset -8",
      { LDX_DW(0, 10, -8), EXIT() } },
    { "partly uninitialized stack", "stack at offset -7",
      { ST_B(10, -8, 1), LDX_DW(0, 10, -8), EXIT() } },
    { "below the stack", "out of bounds",
      { ST_B(10, -513, 1), MOV_K(0, 0), EXIT() } },
    { "above the stack", "out of bounds",
      { ST_B(10, 0, 1), MOV_K(0, 0), EXIT() } },
    { "misaligned atomic", "misaligned",
      { ST_DW(10, -8, 1), ST_DW(10, -16, 1), MOV_K(0, 1),
        ATOMIC_DW(10, -12, 0, BPF_ADD), EXIT() } },

    { "no end", "no end",
      { JA(-1), EXIT() } },
    { "jump out", "outside of the program",
      { MOV_K(0, 0), JA(1000), EXIT() } },
    { "jump to before", "outside of the program",
      { MOV_K(0, 0), JA(-3), EXIT() } },
    { "illegal instruction", "illegal instruction",
      { MOV_K(0, 0), INSN(0xe7, 0, 0, 0, 0), EXIT() } },
    { "unknown atomic", "illegal instruction",
      { ST_DW(10, -8, 1), MOV_K(0, 1), ATOMIC_DW(10, -8, 0, 0x30),
        EXIT() } },
    { "unknown helper", "unknown helper",
      { CALL(12345), EXIT() } },
    { "helper 0", "unknown helper",
      { CALL(0), EXIT() } },

    { "local call", NULL,
      { MOV_K(6, 5), CALL_LOCAL(2), MOV_X(0, 6), EXIT(),
        MOV_K(0, 1), EXIT() } },
    { "callee reads r6", "r6 is not initialized",
      { MOV_K(6, 5), CALL_LOCAL(1), EXIT(), MOV_X(0, 6), EXIT() } },
    { "caller reads r1 after", "r1 is not initialized",
      { CALL_LOCAL(2), MOV_X(0, 1), EXIT(), MOV_K(0, 0), EXIT() } },
    { "callee reads its stack", "frame 1",
      { ST_DW(10, -8, 1), CALL_LOCAL(1), EXIT(), LDX_DW(0, 10, -8),
        EXIT() } },
    { "callee reads caller's stack", NULL,
      { ST_DW(10, -8, 1), MOV_X(1, 10), CALL_LOCAL(1), EXIT(),
        LDX_DW(0, 1, -8), EXIT() } },
    { "recursion", "too many frames",
      { CALL_LOCAL(-1), EXIT() } },

    { "map value", NULL,
      { ST_DW(10, -8, 3), MOV_X(2, 10), ADD_K(2, -8), LD_MAP(1),
        CALL(HELPER_MAP_LOOKUP), ST_DW(0, 0, 7), LDX_DW(0, 0, 0),
        EXIT() } },
    { "past the map value", "out of bounds",
      { ST_DW(10, -8, 3), MOV_X(2, 10), ADD_K(2, -8), LD_MAP(1),
        CALL(HELPER_MAP_LOOKUP), LDX_DW(0, 0, 1), EXIT() } },
    { "null map value", "out of bounds",
      { ST_DW(10, -8, 4), MOV_X(2, 10), ADD_K(2, -8), LD_MAP(1),
        CALL(HELPER_MAP_LOOKUP), LDX_DW(0, 0, 0), EXIT() } },
    { "uninitialized key", "not initialized",
      { MOV_X(2, 10), ADD_K(2, -8), LD_MAP(1), CALL(HELPER_MAP_LOOKUP),
        MOV_K(0, 0), EXIT() } },
    { "forged map", "no map",
      { ST_DW(10, -8, 0), MOV_X(2, 10), ADD_K(2, -8), MOV_X(1, 2),
        CALL(HELPER_MAP_LOOKUP), MOV_K(0, 0), EXIT() } },
    { "wrong kind of map", "no map",
      { ST_DW(10, -8, 0), MOV_X(2, 10), ADD_K(2, -8), LD_MAP(1),
        CALL(HELPER_MAP_DELETE), MOV_K(0, 0), EXIT() } },
    { "reading the map itself", "out of bounds",
      { LD_MAP(1), LDX_DW(0, 1, 0), EXIT() } },
    { "size 0", NULL,
      { MOV_K(2, 0), CALL(HELPER_HASH), EXIT() } },
    { "hash past the packet", "out of bounds",
      { MOV_K(2, 17), CALL(HELPER_HASH), EXIT() } },
    { "load_bytes to the packet", "read-only",
      { MOV_X(2, 1), MOV_K(1, 0), MOV_K(3, 4), CALL(HELPER_LOAD_BYTES),
        EXIT() } },
    { "load_bytes writes", NULL,
      { MOV_K(1, 0), MOV_X(2, 10), ADD_K(2, -8), MOV_K(3, 8),
        CALL(HELPER_LOAD_BYTES), LDX_DW(0, 10, -8), EXIT() } },
    { "format in the packet", "not constant",
      { CALL(HELPER_PRINTF), EXIT() } },
};

static char map_name[] = "m";

static void
run_case(const struct test_case *c)
{
    struct bpf_insn code[MAX_INSNS];
    struct map_spec spec = {
        .name = map_name,
        .type = OKOBPF_MAP_ARRAY,
        .key_size = 4,
        .value_size = 8,
        .max_entries = 4,
    };
    struct okobpf_prog prog = {
        .info = { .name = c->name, .abi = OKOBPF_ABI_PACKET },
        .code = code,
        .n_maps = 1,
        .host = &test_host,
    };
    uint8_t packet[16] = { 0 };
    struct okobpf_env env = {
        .ctx = {
            .data = (uintptr_t) packet,
            .data_end = (uintptr_t) packet + sizeof packet,
            .pkt_len = sizeof packet,
        },
    };
    struct oracle oracle;

    prog.maps[0] = okobpf_map_create(&spec, &test_host);
    assert_non_null(prog.maps[0]);

    memcpy(code, c->insns, sizeof code);
    for (int i = 0; i < MAX_INSNS; i++) {
        if (code[i].opcode) {
            prog.info.n_insns = i + 1;
        }
        if (code[i].opcode == 0x18) {
            uint64_t addr = (uintptr_t) prog.maps[0];

            code[i].regs = bpf_dst(&code[i]);
            code[i].imm = addr;
            code[i + 1].imm = addr >> 32;
            i++;
        }
    }

    oracle_init(&oracle, &prog, &env, 1000);
    oracle_run(&prog, &env, &oracle);
    if (c->trap) {
        if (!oracle.trapped) {
            fail_msg("%s: no trap", c->name);
        }
        if (!strstr(oracle.trap, c->trap)) {
            fail_msg("%s: expected \"%s\", got \"%s\"", c->name, c->trap,
                     oracle.trap);
        }
    } else if (oracle.trapped) {
        fail_msg("%s: %s", c->name, oracle.trap);
    }
    oracle_uninit(&oracle);
    okobpf_map_release(prog.maps[0]);
}

static void
test_cases(void **state)
{
    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        run_case(&cases[i]);
    }
}

/* Accepted programs run under the oracle without a trap, and as elsewhere, on
 * packets of every length. */
static void
test_accepted(void **state)
{
    static const char *const names[] = {
        "original", "original.v1", "original.v3", "context", "globals",
        "helpers", "helpers.v2", "counters",
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct okobpf_options options = { .host = &test_host };
        struct okobpf_prog *prog = load_prog(names[i], &options);
        struct okobpf_prog *twin = load_prog(names[i], &options);

        for (uint32_t len = 0; len < 80; len++) {
            uint8_t *packet = okobpf_mem_alloc(len, 1);
            struct okobpf_env env;
            struct oracle oracle;
            uint64_t result;

            assert_non_null(packet);
            for (uint32_t j = 0; j < len; j++) {
                packet[j] = j * 37 + len;
            }
            memset(&env, 0, sizeof env);
            env.ctx.data = (uintptr_t) packet;
            env.ctx.data_end = env.ctx.data + len;
            env.ctx.pkt_len = len;
            env.ctx.in_port = len;
            env.ctx.now_ns = 1000000000;

            oracle_init(&oracle, prog, &env, 100000);
            result = oracle_run(prog, &env, &oracle);
            if (oracle.trapped) {
                fail_msg("%s: %s", names[i], oracle.trap);
            }
            assert_int_equal(result, run_prog(twin, packet, len, len));
            oracle_uninit(&oracle);
            free(packet);
            test_host_printed();
        }
        okobpf_prog_destroy(prog);
        okobpf_prog_destroy(twin);
        test_host_drain();
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_accepted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
