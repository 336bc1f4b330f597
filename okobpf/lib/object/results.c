/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Makes the results of a program written for XDP what they mean here.
 *
 * XDP_PASS (2), XDP_TX and XDP_REDIRECT (4) match, for which the result is 1,
 * and anything else does not, for which it is 0.  Each exit of the program
 * becomes a jump to code behind it that finds out. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/load.h"

#include <string.h>

enum {
    FIRST_MATCH = 2,
    LAST_MATCH = 4,
};

static bool
is_exit(const struct bpf_insn *insn)
{
    return insn->opcode == (BPF_JMP | BPF_EXIT);
}

enum okobpf_status
okobpf_elf_translate_results(struct loader *ld, const struct elf_function *f)
{
    static const struct bpf_insn tail[] = {
        { .opcode = BPF_ALU | BPF_MOV | BPF_X },            /* w0 = w0 */
        { .opcode = BPF_ALU64 | BPF_ADD | BPF_K, .imm = -FIRST_MATCH },
        { .opcode = BPF_JMP | BPF_JGT | BPF_K, .offset = 2,
          .imm = LAST_MATCH - FIRST_MATCH },
        { .opcode = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
        { .opcode = BPF_JMP | BPF_EXIT },
        { .opcode = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 0 },
        { .opcode = BPF_JMP | BPF_EXIT },
    };
    enum { N_TAIL = sizeof tail / sizeof tail[0] };
    struct image *image = ld->image;
    uint32_t end = f->base + (f->end - f->start) / sizeof *tail;
    enum okobpf_status status;
    bool exits = false;

    status = okobpf_elf_reserve_insns(ld, N_TAIL);
    if (status != OKOBPF_OK) {
        return status;
    }
    for (uint32_t i = f->base; i < end; i++) {
        struct bpf_insn *insn = &image->insns[i];

        if (insn->opcode == (BPF_LD | BPF_IMM | BPF_DW)) {
            i++;
        } else if (is_exit(insn)) {
            /* A jump over 32 bits, which reaches any place. */
            *insn = (struct bpf_insn) {
                .opcode = BPF_JMP32 | BPF_JA,
                .imm = image->n_insns - i - 1,
            };
            exits = true;
        }
    }
    if (exits) {
        memcpy(image->insns + image->n_insns, tail, sizeof tail);
        memset(ld->rels + image->n_insns, 0, N_TAIL * sizeof *ld->rels);
        image->n_insns += N_TAIL;
    }
    return OKOBPF_OK;
}
