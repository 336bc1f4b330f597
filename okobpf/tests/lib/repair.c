/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "repair.h"

#include <string.h>
#include "testlib.h"

#define MAX_REPAIRS 100

/* Makes the instruction do nothing but to write the register that it would
 * have written, if any. */
static void
make_harmless(struct bpf_insn *insn)
{
    int class = BPF_CLASS(insn->opcode);
    bool writes = (class == BPF_ALU || class == BPF_ALU64
                   || class == BPF_LDX);

    *insn = (struct bpf_insn) {
        .opcode = BPF_ALU64 | BPF_MOV | BPF_K,
        .regs = writes ? bpf_dst(insn) : 0,
    };
}

bool
repair(struct bpf_insn *insns, uint32_t n, const struct image *from,
       uint32_t max_visits, struct okobpf_report *report)
{
    struct okobpf_limits limits = okobpf_default_limits;

    limits.max_visits = max_visits;
    limits.max_verify_ns = limits.max_verify_wall_ns = UINT64_MAX;
    for (int i = 0; i < MAX_REPAIRS; i++) {
        struct image image = *from;
        enum okobpf_status status;
        int at;

        image.insns = insns;
        image.n_insns = n;
        memset(report, 0, sizeof *report);
        status = okobpf_verify(&image, &limits, 0, report);
        at = report->insn;
        okobpf_report_uninit(report);
        if (status != OKOBPF_REJECTED) {
            return status == OKOBPF_OK;
        }
        assert_in_range(at, 0, n - 1);
        make_harmless(&insns[at]);
    }
    return false;
}
