/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What the verifier's tests and fuzzers share: programs without an ELF file,
 * run under the oracle. */

#ifndef OKOBPF_VERIFIER_TEST_H
#define OKOBPF_VERIFIER_TEST_H 1

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "oracle.h"
#include "random.h"

/* An image and its maps, with instructions that may change from run to run. */
struct subject {
    struct image image;
    struct okobpf_prog prog;
};

/* Creates the maps of 'image', of which the subject becomes the owner. */
static inline bool
subject_init(struct subject *s, const struct image *image)
{
    static const struct okobpf_host host = { .n_slots = 1 };

    memset(s, 0, sizeof *s);
    s->image = *image;
    s->prog.host = &host;
    s->prog.info.name = "test";
    s->prog.info.abi = image->abi;
    for (uint32_t i = 0; i < image->n_maps; i++) {
        struct okobpf_report report;
        uint64_t memory = 0;
        bool ok;

        memset(&report, 0, sizeof report);
        ok = okobpf_map_spec_check(&image->maps[i], &okobpf_default_limits, 1,
                                   &memory, &report) == OKOBPF_OK;
        okobpf_report_uninit(&report);
        s->prog.maps[i]
            = ok ? okobpf_map_create(&image->maps[i], &host) : NULL;
        if (!s->prog.maps[i]) {
            return false;
        }
        s->prog.n_maps++;
    }
    return true;
}

static inline void
subject_uninit(struct subject *s)
{
    for (size_t i = 0; i < s->prog.n_maps; i++) {
        okobpf_map_release(s->prog.maps[i]);
    }
    okobpf_image_uninit(&s->image);
}

/* Makes the 'n' instructions at 'insns' the subject's program, as the engines
 * take it, until subject_unlink(). */
static inline void
subject_link(struct subject *s, const struct bpf_insn *insns, uint32_t n)
{
    struct okobpf_prog *prog = &s->prog;

    prog->info.n_insns = n;
    prog->image.n_insns = n;
    prog->code = malloc(n * sizeof *insns);
    memcpy(prog->code, insns, n * sizeof *insns);
    for (uint32_t i = 0; i < n; i++) {
        struct bpf_insn *insn = &prog->code[i];

        if (insn->opcode != (BPF_LD | BPF_IMM | BPF_DW)) {
            continue;
        }
        if (bpf_src(insn)) {
            struct okobpf_map *map = prog->maps[insn->imm];
            uint64_t addr = (uintptr_t) map;

            if (bpf_src(insn) == BPF_PSEUDO_MAP_IDX_VALUE) {
                uint8_t *value = okobpf_map_direct_value(map);

                addr = (uintptr_t) (value + insn[1].imm);
            }
            insn->regs = bpf_dst(insn);
            insn->imm = (uint32_t) addr;
            insn[1].imm = addr >> 32;
        }
        i++;
    }
}

static inline void
subject_unlink(struct subject *s)
{
    okobpf_jit_free(&s->prog);
    okobpf_interpret_free(&s->prog);
    free(s->prog.code);
    s->prog.code = NULL;
}

/* Runs the accepted program 'insns' on the packet in 'env' under the oracle,
 * which holds it to what the verifier said in '*report', and stores what it
 * returns in '*result'.  Returns false, having said why, if it traps. */
static inline bool
subject_run_for(struct subject *s, const struct bpf_insn *insns, uint32_t n,
                struct okobpf_env *env, const struct okobpf_report *report,
                uint64_t *result)
{
    struct okobpf_prog *prog = &s->prog;
    struct oracle oracle;

    subject_link(s, insns, n);

    /* No path is longer than what the verifier followed. */
    oracle_init(&oracle, prog, env, report->insns_visited);
    oracle.max_work = report->work;
    *result = oracle_run(prog, env, &oracle);
    bool ok = !oracle.trapped;
    if (!ok) {
        fprintf(stderr, "accepted, but %s\n", oracle.trap);
        for (uint32_t i = 0; i < n; i++) {
            char code[128];

            okobpf_disasm(insns, n, i, code, sizeof code);
            fprintf(stderr, "%4u: %s\n", i, code);
            i += insns[i].opcode == (BPF_LD | BPF_IMM | BPF_DW);
        }
    }
    oracle_uninit(&oracle);
    subject_unlink(s);
    return ok;
}

/* As subject_run_for(), for a program whose result does not matter. */
static inline bool
subject_run(struct subject *s, const struct bpf_insn *insns, uint32_t n,
            struct okobpf_env *env, const struct okobpf_report *report)
{
    uint64_t result;

    return subject_run_for(s, insns, n, env, report, &result);
}

/* Makes a context for the 'len' bytes at 'packet'. */
static inline void
env_init(struct okobpf_env *env, const uint8_t *packet, uint32_t len,
         struct random *r)
{
    memset(env, 0, sizeof *env);
    env->ctx.data = (uintptr_t) packet;
    env->ctx.data_end = env->ctx.data + len;
    env->ctx.pkt_len = len;
    env->ctx.in_port = random_u32(r);
    env->ctx.l3_ofs = random_u32(r) % 2 ? 14 : random_u32(r);
    env->ctx.l4_ofs = random_u32(r) % 2 ? 34 : random_u32(r);
    env->ctx.now_ns = (uint64_t) random_u32(r) << (random_u32(r) % 33);
    env->ctx.hash = random_u32(r);
}

/* Returns a packet of random length, which it stores in '*len', and content:
 * small numbers, so that comparisons come out either way, or anything.  The
 * memory ends with the packet.  The caller must free it. */
static inline uint8_t *
random_packet(struct random *r, uint32_t *len)
{
    static const uint8_t edges[] = {
        0, 1, 2, 4, 8, 14, 20, 63, 127, 128, 255,
    };
    int kind = random_below(r, 4);

    *len = (random_u32(r) % 3 ? random_below(r, 120)
            : random_u32(r) % 2 ? random_below(r, 20)
            : 34 + random_below(r, 1000));
    uint8_t *packet = malloc(*len ? *len : 1);
    for (uint32_t i = 0; i < *len; i++) {
        packet[i] = (kind == 0 ? random_u32(r)
                     : kind == 1 ? random_below(r, 8)
                     : kind == 2 ? edges[random_below(r, sizeof edges)]
                     : random_u32(r) % 4 ? 0 : random_u32(r));
    }
    return packet;
}

#endif /* verifier-test.h */
