/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What the verifier says that a run costs at most: exactly what the costliest
 * run costs, where each path can be run; and refusals of what costs too much.
 * That no run of an accepted program ever costs more is what all tests with
 * the oracle check. */

#include "testlib.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verifier-test.h"

#define INSN(OPCODE, DST, SRC, OFFSET, IMM) \
    { (OPCODE), (DST) | (SRC) << 4, (OFFSET), (IMM) }
#define MOV_K(DST, IMM) INSN(0xb7, DST, 0, 0, IMM)
#define MOV_X(DST, SRC) INSN(0xbf, DST, SRC, 0, 0)
#define ADD_K(DST, IMM) INSN(0x07, DST, 0, 0, IMM)
#define DIV_K(DST, IMM) INSN(0x37, DST, 0, 0, IMM)
#define LDX_DW(DST, SRC, OFS) INSN(0x79, DST, SRC, OFS, 0)
#define ST_DW(DST, OFS, IMM) INSN(0x7a, DST, 0, OFS, IMM)
#define JEQ_K(DST, IMM, OFS) INSN(0x15, DST, 0, OFS, IMM)
#define JNE_K(DST, IMM, OFS) INSN(0x55, DST, 0, OFS, IMM)
#define JGT_K(DST, IMM, OFS) INSN(0x25, DST, 0, OFS, IMM)
#define JLT_X(DST, SRC, OFS) INSN(0xad, DST, SRC, OFS, 0)
#define JA(OFS) INSN(0x05, 0, 0, OFS, 0)
#define CALL(ID) INSN(0x85, 0, 0, 0, ID)
#define CALL_LOCAL(OFS) INSN(0x85, 0, 1, 0, OFS)
#define EXIT() INSN(0x95, 0, 0, 0, 0)
#define LD_MAP(DST, MAP) INSN(0x18, DST, BPF_PSEUDO_MAP_IDX, 0, MAP), \
    INSN(0, 0, 0, 0, 0)
#define LD_VALUE(DST, MAP) INSN(0x18, DST, BPF_PSEUDO_MAP_IDX_VALUE, 0, MAP), \
    INSN(0, 0, 0, 0, 0)

#define MAX_INSNS 40

enum { SMALL, LARGE, TABLE, N_MAPS };

/* Not freed with the image: see uninit(). */
static char names[N_MAPS][8] = { "small", "large", "table" };

static const struct map_spec specs[N_MAPS] = {
    [SMALL] = { .name = names[SMALL], .type = OKOBPF_MAP_ARRAY,
                .key_size = 4, .value_size = 4096, .max_entries = 1,
                .globals = true },
    [LARGE] = { .name = names[LARGE], .type = OKOBPF_MAP_ARRAY,
                .key_size = 4, .value_size = 4 << 20, .max_entries = 1,
                .globals = true },
    [TABLE] = { .name = names[TABLE], .type = OKOBPF_MAP_HASH,
                .key_size = 8, .value_size = 8, .max_entries = 1000 },
};

static void
init(struct subject *subject, const struct bpf_insn *insns)
{
    struct image image = { .abi = OKOBPF_ABI_PACKET, .n_maps = N_MAPS };

    image.maps = malloc(sizeof specs);
    assert_non_null(image.maps);
    memcpy(image.maps, specs, sizeof specs);
    assert_true(subject_init(subject, &image));
    subject->image.insns = (struct bpf_insn *) insns;
    for (int i = 0; i < MAX_INSNS; i++) {
        if (insns[i].opcode) {
            subject->image.n_insns = i + 1;
        }
    }
}

static void
uninit(struct subject *subject)
{
    free(subject->image.maps);
    subject->image.maps = NULL;
    subject->image.n_maps = 0;
    subject->image.insns = NULL;
    subject_uninit(subject);
}

static struct okobpf_limits
no_time_limits(void)
{
    struct okobpf_limits limits = okobpf_default_limits;

    limits.max_verify_ns = limits.max_verify_wall_ns = UINT64_MAX;
    return limits;
}

/* Returns what a run on 'len' bytes costs. */
static uint64_t
run_work(struct subject *subject, uint32_t len)
{
    const struct image *image = &subject->image;
    struct random r = { 1 };
    uint8_t *packet = calloc(1, len + 1);
    struct okobpf_env env;
    struct oracle oracle;
    uint64_t work;

    assert_non_null(packet);
    env_init(&env, packet, len, &r);
    subject_link(subject, image->insns, image->n_insns);
    oracle_init(&oracle, &subject->prog, &env, 1000000);
    oracle_run(&subject->prog, &env, &oracle);
    if (oracle.trapped) {
        fail_msg("%s", oracle.trap);
    }
    work = okobpf_work_total(&oracle.model, &oracle.work);
    oracle_uninit(&oracle);
    subject_unlink(subject);
    free(packet);
    return work;
}

/* Programs of which the length of the packet decides the path. */
static const struct {
    const char *name;
    struct bpf_insn insns[MAX_INSNS];
} exact[] = {
    { "straight", { MOV_K(0, 1), ADD_K(0, 1), DIV_K(0, 3), EXIT() } },
    { "second branch costs more",
      { MOV_K(0, 0), JGT_K(2, 9, 1), JA(2), DIV_K(0, 3), DIV_K(0, 3),
        EXIT() } },
    { "first branch costs more",
      { MOV_K(0, 0), JGT_K(2, 9, 2), DIV_K(0, 3), DIV_K(0, 3), EXIT() } },

    /* What comes before the join costs more on one of its ways, and the cheap
     * one is followed first, or last. */
    { "join, costly later",
      { MOV_K(0, 0), JGT_K(2, 9, 1), JA(3), DIV_K(0, 3), DIV_K(0, 3),
        DIV_K(0, 3), MOV_K(0, 1), DIV_K(0, 3), EXIT() } },
    { "join, costly first",
      { MOV_K(0, 0), JGT_K(2, 9, 3), DIV_K(0, 3), DIV_K(0, 3), DIV_K(0, 3),
        MOV_K(0, 1), DIV_K(0, 3), EXIT() } },
    { "three joins",
      { MOV_K(0, 0), JGT_K(2, 3, 1), DIV_K(0, 3), MOV_K(0, 1),
        JGT_K(2, 6, 1), ADD_K(0, 1), MOV_K(0, 1),
        JGT_K(2, 9, 1), ADD_K(0, 1), MOV_K(0, 1), DIV_K(0, 7), EXIT() } },
    { "loop",
      { MOV_K(0, 0), ADD_K(0, 1), DIV_K(2, 1), JNE_K(0, 100, -3), EXIT() } },
    { "loop that the length bounds",
      { MOV_K(0, 0), JGT_K(2, 20, 3), JA(0), ADD_K(0, 1), JLT_X(0, 2, -3),
        EXIT() } },
    { "function",
      { MOV_X(6, 2), MOV_X(1, 6), CALL_LOCAL(3), MOV_X(1, 0), CALL_LOCAL(1),
        EXIT(), MOV_K(0, 1), JGT_K(1, 4, 1), DIV_K(0, 3), EXIT() } },
    { "accesses",
      { LD_VALUE(3, SMALL), LDX_DW(0, 3, 8), LD_VALUE(3, LARGE),
        ST_DW(3, 16, 1), LDX_DW(0, 3, 16), EXIT() } },
    { "lookup",
      { ST_DW(10, -8, 1), MOV_X(2, 10), ADD_K(2, -8), LD_MAP(1, TABLE),
        CALL(HELPER_MAP_LOOKUP), MOV_K(0, 0), EXIT() } },
    { "update",
      { ST_DW(10, -8, 1), MOV_X(2, 10), ADD_K(2, -8), MOV_X(3, 2),
        LD_MAP(1, TABLE), CALL(HELPER_MAP_UPDATE), MOV_K(0, 0), EXIT() } },
    { "hash",
      { LD_VALUE(1, SMALL), MOV_K(2, 4000), CALL(HELPER_HASH), EXIT() } },
    { "hash of a number of bytes",
      { LD_VALUE(1, SMALL), JGT_K(2, 20, 1), JNE_K(2, 0, 1), MOV_K(2, 1),
        CALL(HELPER_HASH), EXIT() } },
    { "many touches",
      { MOV_K(4, 0), LD_VALUE(3, SMALL), LDX_DW(0, 3, 8), ADD_K(4, 1),
        JNE_K(4, 200, -3), MOV_K(0, 0), EXIT() } },
};

static void
test_exact(void **state)
{
    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(exact); i++) {
        struct okobpf_limits limits = no_time_limits();
        struct okobpf_report report = { .insn = -1 };
        struct subject subject;
        uint64_t max = 0;
        uint64_t bound;

        init(&subject, exact[i].insns);
        if (okobpf_verify(&subject.image, &limits, 0, &report) != OKOBPF_OK) {
            fail_msg("%s: %s", exact[i].name, report.reason);
        }
        for (uint32_t len = 0; len < 24; len++) {
            uint64_t work = run_work(&subject, len);

            max = work > max ? work : max;
        }
        bound = report.work;
        if (max != bound) {
            fail_msg("%s: a run takes %"PRIu64" units: expected %"PRIu64,
                     exact[i].name, max, bound);
        }
        okobpf_report_uninit(&report);

        /* The limit is what it says. */
        limits.max_work = bound;
        assert_int_equal(okobpf_verify(&subject.image, &limits, 0, &report),
                         OKOBPF_OK);
        assert_int_equal(report.work, bound);
        okobpf_report_uninit(&report);
        limits.max_work = bound - 1;
        assert_int_equal(okobpf_verify(&subject.image, &limits, 0, &report),
                         OKOBPF_LIMIT);
        assert_contains(report.reason, "too much work in one run");
        assert_contains(report.advice, "filter-prog-max-work");
        okobpf_report_uninit(&report);
        uninit(&subject);
    }
}

/* Charges. */

static uint64_t
helper_work(enum helper_id id, const struct map_spec *spec, uint64_t size)
{
    struct work work = { 0, 0 };
    struct work_model model;

    okobpf_work_model_init(&model, spec, 1);
    okobpf_work_add_helper(&work, &model, &okobpf_helpers[id], 0, size);
    return okobpf_work_total(&model, &work);
}

/* Each helper has a charge, on each kind of map that it takes, which grows
 * with what makes it take longer. */
static void
test_helpers(void **state)
{
    (void) state;
    for (int id = 1; id < N_HELPERS; id++) {
        if (!okobpf_helpers[id].function) {
            continue;
        }
        assert_true(okobpf_helpers[id].work > 0);
        for (uint32_t type = 1; type < 32; type++) {
            struct map_spec spec = {
                .type = type, .key_size = 8, .value_size = 8,
                .max_entries = 100, .n_hash_functions = 2,
            };
            uint64_t work;

            if (!(okobpf_helpers[id].map_types & UINT32_C(1) << type)) {
                continue;
            }
            work = helper_work(id, &spec, 0);
            if (!work || work > 100000) {
                fail_msg("%s() on maps of type %s: %"PRIu64" units",
                         okobpf_helpers[id].name,
                         okobpf_map_type_to_string(type), work);
            }
            spec.max_entries = 1000000;
            assert_true(helper_work(id, &spec, 0) > work);
            spec.max_entries = 100;
            spec.key_size = 8000;
            assert_true(type == OKOBPF_MAP_ARRAY
                        || type == OKOBPF_MAP_PERCPU_ARRAY
                        || type == OKOBPF_MAP_RING
                        || helper_work(id, &spec, 0) > work + 1000);
            spec.key_size = 8;
            spec.value_size = 8000;
            assert_true(id != HELPER_MAP_UPDATE
                        || helper_work(id, &spec, 0) > work + 1000);
            spec.value_size = 8;
            spec.n_hash_functions = 16;
            assert_true((type != OKOBPF_MAP_BLOOM
                         && type != OKOBPF_MAP_COUNTMIN)
                        || helper_work(id, &spec, 0) > work);
        }
        for (int i = 0; i < MAX_HELPER_ARGS; i++) {
            if (okobpf_helpers[id].args[i] == ARG_SIZE) {
                assert_true(helper_work(id, &specs[SMALL], 1000000)
                            > helper_work(id, &specs[SMALL], 0) + 100000);
            }
        }
    }
}

/* Longest prefixes: by the bits of the key, or the entries if they are
 * fewer. */
static void
test_prefixes(void **state)
{
    struct map_spec spec = { .type = OKOBPF_MAP_LPM_TRIE, .key_size = 8,
                             .value_size = 8, .max_entries = 1 << 20 };
    uint64_t ipv4, ipv6, few;

    (void) state;
    ipv4 = helper_work(HELPER_MAP_LOOKUP, &spec, 0);
    spec.key_size = 20;
    ipv6 = helper_work(HELPER_MAP_LOOKUP, &spec, 0);
    spec.max_entries = 4;
    few = helper_work(HELPER_MAP_LOOKUP, &spec, 0);
    assert_true(ipv6 > 3 * ipv4);
    assert_true(few < ipv4);
}

/* Maps that fit into a cache together are fetched once, however often they are
 * accessed; others are not. */
static void
test_memory(void **state)
{
    struct map_spec maps[3];
    struct work_model model;
    struct work work = { 0, 0 };
    uint64_t once, often;

    (void) state;
    for (int i = 0; i < 3; i++) {
        maps[i] = specs[SMALL];
        maps[i].value_size = 200 * 1024;
    }
    okobpf_work_model_init(&model, maps, 3);
    assert_int_equal(model.miss[0], 0);
    assert_int_equal(model.miss[1], 0);
    assert_true(model.miss[2] > 100);

    for (int i = 0; i < 100000; i++) {
        okobpf_work_add_access(&work, &model, 0);
    }
    once = okobpf_work_total(&model, &work);
    assert_true(once < 1000000);
    for (int i = 0; i < 100000; i++) {
        okobpf_work_add_access(&work, &model, 2);
    }
    often = okobpf_work_total(&model, &work);
    assert_true(often > 10000000);
}

/* Refusals. */

/* Verifies the program, and checks that it is refused because of 'reason'. */
static void
check_refusal(const struct bpf_insn *insns,
              const struct okobpf_limits *limits, const char *reason)
{
    struct okobpf_report report = { .insn = -1 };
    struct subject subject;

    init(&subject, insns);
    assert_int_equal(okobpf_verify(&subject.image, limits, 0, &report),
                     OKOBPF_LIMIT);
    assert_contains(report.reason, reason);
    assert_non_null(report.where);
    assert_non_null(report.advice);
    assert_int_equal(report.work, 0);
    okobpf_report_uninit(&report);
    uninit(&subject);
}

static void
test_loops(void **state)
{
    static const struct bpf_insn single[MAX_INSNS] = {
        MOV_K(0, 0), ADD_K(0, 1), DIV_K(2, 1), JNE_K(0, 1000000, -3), EXIT(),
    };
    /* Ten rounds inside of each round. */
    static const struct bpf_insn nested[MAX_INSNS] = {
        MOV_K(0, 0), MOV_K(3, 0), ADD_K(3, 1), DIV_K(2, 1), JNE_K(3, 10, -3),
        ADD_K(0, 1), JNE_K(0, 1000000, -6), EXIT(),
    };
    static const struct bpf_insn inner[MAX_INSNS] = {
        MOV_K(0, 0), MOV_K(3, 0), ADD_K(3, 1), DIV_K(2, 1),
        JNE_K(3, 100000, -3), ADD_K(0, 1), JNE_K(0, 10, -6), EXIT(),
    };
    /* The loop is in a function, and calls one. */
    static const struct bpf_insn called[MAX_INSNS] = {
        CALL_LOCAL(2), CALL_LOCAL(1), EXIT(),
        MOV_K(6, 0), CALL_LOCAL(4), ADD_K(6, 1), JNE_K(6, 100000, -3),
        MOV_K(0, 0), EXIT(), MOV_K(0, 1), DIV_K(0, 3), EXIT(),
    };
    static const struct bpf_insn one_call[MAX_INSNS] = {
        MOV_K(6, 0), LD_VALUE(1, LARGE), MOV_K(2, 4000000), CALL(HELPER_HASH),
        ADD_K(6, 1), JNE_K(6, 100, -6), MOV_K(0, 0), EXIT(),
    };
    struct okobpf_limits limits = no_time_limits();

    (void) state;
    limits.max_work = 20000;
    check_refusal(single, &limits, "more than 20000 units after 1000 rounds "
                  "of the loop at instructions 1 to 3");
    check_refusal(nested, &limits, "rounds of the loop at instructions 1 to "
                  "6");
    check_refusal(inner, &limits, "rounds of the loop at instructions 2 to "
                  "4");
    check_refusal(called, &limits, "rounds of the loop at instructions 4 to "
                  "6");
    check_refusal(one_call, &limits, "this instruction alone may take");
}

/* The limits of verification itself. */
static void
test_time(void **state)
{
    static const struct bpf_insn loop[MAX_INSNS] = {
        MOV_K(0, 0), ADD_K(0, 1), DIV_K(2, 1), JNE_K(0, 10000, -3), EXIT(),
    };
    struct okobpf_limits limits = no_time_limits();

    (void) state;
    limits.max_verify_ns = 0;
    check_refusal(loop, &limits, "limit on CPU time");
    limits = no_time_limits();
    limits.max_verify_wall_ns = 0;
    check_refusal(loop, &limits, "limit on elapsed time");
    limits = no_time_limits();
    limits.max_visits = 5000;
    check_refusal(loop, &limits, "limit on instructions; on all paths "
                  "together, the loop at instructions 1 to 3 went round 1667 "
                  "times");
    limits = no_time_limits();
    limits.max_verify_memory = 100000;
    check_refusal(loop, &limits, "limit on memory; on all paths together, the "
                  "loop at instructions 1 to 3 went round");
}

/* Longer packets than what the work is reckoned with are not shown to
 * programs. */
static void
test_long_packets(void **state)
{
    struct okobpf_options options = { .host = NULL };
    struct okobpf_prog *prog = load_prog("original", &options);
    uint8_t *packet = calloc(1, OKOBPF_MAX_PKT_LEN + 1);

    (void) state;
    assert_non_null(packet);
    packet[12] = 8;
    assert_true(okobpf_prog_info(prog)->work > 0);
    assert_int_equal(run_prog(prog, packet, OKOBPF_MAX_PKT_LEN + 1, 1), 0);
    free(packet);
    okobpf_prog_destroy(prog);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_helpers),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_loops),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_long_packets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
