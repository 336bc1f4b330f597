/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Control flow: functions, jumps and calls. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "verifier/verifier.h"

bool
okobpf_is_local_call(const struct bpf_insn *insn)
{
    return (insn->opcode == (BPF_JMP | BPF_CALL)
            && bpf_src(insn) == BPF_CALL_LOCAL);
}

/* Stores where the jump at 'index' may lead, other than to the next
 * instruction, in '*target'.  Returns false if it is no jump. */
static bool
jump_to(const struct bpf_insn *insn, uint32_t index, int64_t *target)
{
    int class = BPF_CLASS(insn->opcode);
    int op = BPF_OP(insn->opcode);

    if ((class != BPF_JMP && class != BPF_JMP32)
        || op == BPF_CALL || op == BPF_EXIT) {
        return false;
    }
    *target = (int64_t) index + 1 + (class == BPF_JMP32 && op == BPF_JA
                                     ? insn->imm : insn->offset);
    return true;
}

/* Whether the instruction never goes on to the next one. */
static bool
never_falls_through(const struct bpf_insn *insn)
{
    int class = BPF_CLASS(insn->opcode);
    int op = BPF_OP(insn->opcode);

    return ((class == BPF_JMP && (op == BPF_JA || op == BPF_EXIT))
            || (class == BPF_JMP32 && op == BPF_JA));
}

struct ways
okobpf_ways_from(const struct verifier *v, uint32_t index, bool calls)
{
    const struct bpf_insn *insn = &v->insns[index];
    struct ways ways = { .n = 0 };
    int64_t target;

    if (jump_to(insn, index, &target)) {
        ways.to[ways.n++] = target;
    }
    if (!never_falls_through(insn)) {
        ways.to[ways.n++] = index + (v->info[index + 1 < v->n_insns
                                             ? index + 1 : index].second
                                     ? 2 : 1);
    }
    if (calls && okobpf_is_local_call(insn)) {
        ways.to[ways.n++] = index + 1 + insn->imm;
    }
    return ways;
}

/* Finds the functions by the calls to them. */
static bool
find_functions(struct verifier *v)
{
    uint32_t n = 1;

    for (uint32_t i = 0; i < v->n_insns; i++) {
        const struct bpf_insn *insn = &v->insns[i];

        if (v->info[i].second || !okobpf_is_local_call(insn)) {
            continue;
        }
        int64_t target = (int64_t) i + 1 + insn->imm;
        if (target < 0 || target >= v->n_insns || v->info[target].second) {
            return okobpf_refuse_at(
                v, i, "call a function of the program",
                "call of instruction %lld: expected one of the "
                "program's, 0 to %u",
                (long long) target, v->n_insns - 1);
        }
        n += !v->info[target].function;
        v->info[target].function = 1;
    }

    v->functions = okobpf_v_alloc(v, n * sizeof *v->functions);
    if (!v->functions) {
        return false;
    }
    v->functions[0].start = 0;
    v->n_functions = 1;
    for (uint32_t i = 1; i < v->n_insns; i++) {
        if (v->info[i].function) {
            v->functions[v->n_functions++].start = i;
        }
    }
    for (uint32_t f = 0; f < v->n_functions; f++) {
        struct function *function = &v->functions[f];

        function->end = (f + 1 < v->n_functions ? v->functions[f + 1].start
                         : v->n_insns);
        for (uint32_t i = function->start; i < function->end; i++) {
            v->info[i].function = f;
        }
    }
    return true;
}

/* Checks that control stays within each function. */
static bool
check_jumps(struct verifier *v)
{
    for (uint32_t i = 0; i < v->n_insns; i++) {
        const struct function *f = &v->functions[v->info[i].function];
        const struct bpf_insn *insn = &v->insns[i];
        int64_t target;

        if (v->info[i].second) {
            continue;
        }
        if (jump_to(insn, i, &target)) {
            if (target < 0 || target >= v->n_insns) {
                return okobpf_refuse_at(
                    v, i, "jump within the program",
                    "jump to instruction %lld: the program has 0 "
                    "to %u",
                    (long long) target, v->n_insns - 1);
            } else if (target < f->start || target >= f->end) {
                return okobpf_refuse_at(v, i, "call the function instead",
                                        "jump to instruction %lld, in another "
                                        "function: expected %u to %u",
                                        (long long) target, f->start,
                                        f->end - 1);
            } else if (v->info[target].second) {
                return okobpf_refuse_at(
                    v, i, "jump to the start of an instruction",
                    "jump to instruction %lld, the middle of a "
                    "16-byte load",
                    (long long) target);
            }
        }
        if (!never_falls_through(insn)
            && i + 1 + (i + 1 < v->n_insns && v->info[i + 1].second)
               >= f->end) {
            return okobpf_refuse_at(v, i, "end each function with a return",
                                    "control falls off the end of the %s",
                                    f->end == v->n_insns ? "program"
                                                         : "function");
        }
    }
    return true;
}

/* Checks that each instruction can be reached. */
static bool
check_reachable(struct verifier *v)
{
    size_t stack_size = ((size_t) v->n_insns * 3 + 1) * sizeof(uint32_t);
    uint32_t *stack = okobpf_v_alloc(v, stack_size);
    size_t n = 0;

    bool *reached = okobpf_v_alloc(v, v->n_insns);
    if (!stack || !reached) {
        okobpf_v_free(v, stack, stack_size);
        okobpf_v_free(v, reached, v->n_insns);
        return false;
    }

    stack[n++] = 0;
    while (n) {
        uint32_t i = stack[--n];

        if (!reached[i]) {
            struct ways ways = okobpf_ways_from(v, i, true);

            reached[i] = true;
            for (int w = 0; w < ways.n; w++) {
                stack[n++] = ways.to[w];
            }
        }
    }

    uint32_t i;
    for (i = 0; i < v->n_insns && (reached[i] || v->info[i].second); i++) {
        continue;
    }
    okobpf_v_free(v, stack, stack_size);
    okobpf_v_free(v, reached, v->n_insns);
    return (i >= v->n_insns
            || okobpf_refuse_at(v, i, "remove the code, or compile with -O2",
                                "unreachable instruction"));
}

/* Calls. */

/* Computes how deep the calls of 'f' go, into 'depths', where 0 means not
 * known yet and UINT32_MAX that it is being computed.  Needs no more than
 * BPF_MAX_FRAMES levels of recursion. */
static bool
check_calls(struct verifier *v, uint32_t f, uint32_t level, uint32_t *depths)
{
    const struct function *function = &v->functions[f];
    uint32_t deepest = 1;

    depths[f] = UINT32_MAX;
    for (uint32_t i = function->start; i < function->end; i++) {
        if (v->info[i].second || !okobpf_is_local_call(&v->insns[i])) {
            continue;
        }

        uint32_t callee = v->info[i + 1 + v->insns[i].imm].function;
        if (depths[callee] == UINT32_MAX) {
            return okobpf_refuse_at(
                v, i, "use a loop with a constant bound",
                "recursion: the function at instruction %u calls "
                "itself",
                v->functions[callee].start);
        }
        if (level + 1 >= BPF_MAX_FRAMES
            || level + depths[callee] >= BPF_MAX_FRAMES) {
            return okobpf_refuse_at(v, i,
                                    "let the compiler inline some functions: "
                                    "__attribute__((always_inline))",
                                    "calls nested more than %d deep",
                                    BPF_MAX_FRAMES);
        }
        if (!depths[callee] && !check_calls(v, callee, level + 1, depths)) {
            return false;
        }
        if (level + depths[callee] >= BPF_MAX_FRAMES) {
            return okobpf_refuse_at(v, i,
                                    "let the compiler inline some functions: "
                                    "__attribute__((always_inline))",
                                    "calls nested more than %d deep",
                                    BPF_MAX_FRAMES);
        }
        if (depths[callee] + 1 > deepest) {
            deepest = depths[callee] + 1;
        }
    }
    depths[f] = deepest;
    return true;
}

static bool
check_call_depth(struct verifier *v)
{
    size_t size = v->n_functions * sizeof(uint32_t);
    uint32_t *depths = okobpf_v_alloc(v, size);
    bool ok = depths && check_calls(v, 0, 0, depths);

    okobpf_v_free(v, depths, size);
    return ok;
}

/* Marks the instructions that can be reached in more than one way. */
static void
find_joins(struct verifier *v)
{
    v->info[0].live = 1;        /* The way in. */
    for (uint32_t i = 0; i < v->n_insns; i++) {
        if (v->info[i].second) {
            continue;
        }

        /* 'live' serves as a mark that one way leads there. */
        struct ways ways = okobpf_ways_from(v, i, true);
        for (int w = 0; w < ways.n; w++) {
            struct insn_info *to = &v->info[ways.to[w]];

            to->target |= to->live;
            to->live = 1;
        }
        if (okobpf_is_local_call(&v->insns[i])) {
            v->info[i + 1].target = true;
        }
    }
    for (uint32_t i = 0; i < v->n_insns; i++) {
        v->info[i].live = 0;
    }
}

bool
okobpf_check_code(struct verifier *v)
{
    if (!v->n_insns) {
        return okobpf_over_limit(v, OKOBPF_REJECTED, "write a function",
                                 "the program has no instructions");
    }
    if (v->n_insns > v->limits->max_insns) {
        return okobpf_over_limit(
            v, OKOBPF_LIMIT, "make the program smaller",
            "the program has %u instructions: expected at most "
            "%u",
            v->n_insns, v->limits->max_insns);
    }
    v->info = okobpf_v_alloc(v, v->n_insns * sizeof *v->info);
    if (!v->info
        || !okobpf_check_encoding(v)
        || !find_functions(v)
        || !check_jumps(v)
        || !check_reachable(v)
        || !check_call_depth(v)) {
        return false;
    }
    find_joins(v);
    okobpf_find_loops(v);
    return okobpf_find_live(v);
}
