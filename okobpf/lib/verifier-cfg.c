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

/* What can be checked without following the program: encoding of each
 * instruction, jumps, functions; and which registers are read later. */

#include "verifier.h"

static bool
bad_insn(struct verifier *v, uint32_t index, const char *what)
{
    return refuse_at(v, index,
                     "compile with clang -target bpf; instructions are those "
                     "of RFC 9669",
                     "illegal instruction: %s", what);
}

/* Encoding. */

static bool
check_alu(struct verifier *v, uint32_t index)
{
    const struct bpf_insn *insn = &v->insns[index];
    bool is64 = BPF_CLASS(insn->opcode) == BPF_ALU64;
    bool by_reg = BPF_SOURCE(insn->opcode) == BPF_X;
    int op = BPF_OP(insn->opcode);
    int bits = is64 ? 64 : 32;

    switch (op) {
    case BPF_END:
        if (bpf_src(insn) || insn->offset) {
            return bad_insn(v, index, "reserved field of a byte swap is set");
        }
        if (is64 && by_reg) {
            return bad_insn(v, index, "unknown operation code");
        }
        if (insn->imm != 16 && insn->imm != 32 && insn->imm != 64) {
            return bad_insn(v, index,
                            "byte swap of other than 16, 32 or 64 bits");
        }
        return true;

    case BPF_NEG:
        if (by_reg || bpf_src(insn) || insn->offset || insn->imm) {
            return bad_insn(v, index, "reserved field of a negation is set");
        }
        return true;

    case BPF_MOV:
        if (insn->offset
            && !(by_reg && (insn->offset == 8 || insn->offset == 16
                            || (is64 && insn->offset == 32)))) {
            return bad_insn(v, index,
                            "move with sign extension of other than 8, 16 "
                            "or, for 64-bit registers, 32 bits");
        }
        break;

    case BPF_DIV:
    case BPF_MOD:
        if (insn->offset != 0 && insn->offset != 1) {
            return bad_insn(v, index, "reserved field of a division is set");
        }
        if (!by_reg && !insn->imm) {
            return refuse_at(v, index, "divide by something else",
                             "division by the constant 0");
        }
        break;

    case BPF_LSH:
    case BPF_RSH:
    case BPF_ARSH:
        if (!by_reg && (insn->imm < 0 || insn->imm >= bits)) {
            return refuse_at(v, index, "shift by less than the number of bits",
                             "shift by %d: expected 0 to %d", insn->imm,
                             bits - 1);
        }
        /* Fall through. */
    case BPF_ADD:
    case BPF_SUB:
    case BPF_MUL:
    case BPF_OR:
    case BPF_AND:
    case BPF_XOR:
        if (insn->offset) {
            return bad_insn(v, index, "reserved field 'offset' is set");
        }
        break;

    default:
        return bad_insn(v, index, "unknown arithmetic operation");
    }
    if (by_reg ? insn->imm : bpf_src(insn)) {
        return bad_insn(v, index, by_reg ? "reserved field 'imm' is set"
                        : "reserved field 'src' is set");
    }
    return true;
}

static bool
check_jump(struct verifier *v, uint32_t index)
{
    const struct bpf_insn *insn = &v->insns[index];
    bool is64 = BPF_CLASS(insn->opcode) == BPF_JMP;
    bool by_reg = BPF_SOURCE(insn->opcode) == BPF_X;

    switch (BPF_OP(insn->opcode)) {
    case BPF_JA:
        if (by_reg || insn->regs || (is64 ? insn->imm : insn->offset)) {
            return bad_insn(v, index, "reserved field of a jump is set");
        }
        return true;

    case BPF_CALL:
        if (!is64 || by_reg || bpf_dst(insn) || insn->offset
            || (bpf_src(insn) != BPF_CALL_HELPER
                && bpf_src(insn) != BPF_CALL_LOCAL)) {
            return bad_insn(v, index, "unknown kind of call");
        }
        return true;

    case BPF_EXIT:
        if (!is64 || by_reg || insn->regs || insn->offset || insn->imm) {
            return bad_insn(v, index, "reserved field of an exit is set");
        }
        return true;

    case BPF_JEQ: case BPF_JNE: case BPF_JSET:
    case BPF_JGT: case BPF_JGE: case BPF_JLT: case BPF_JLE:
    case BPF_JSGT: case BPF_JSGE: case BPF_JSLT: case BPF_JSLE:
        if (by_reg ? insn->imm : bpf_src(insn)) {
            return bad_insn(v, index, "reserved field of a branch is set");
        }
        return true;

    default:
        return bad_insn(v, index, "unknown jump");
    }
}

/* Loads of 64-bit constants, of map addresses, and from the packet the old
 * way. */
static bool
check_ld(struct verifier *v, uint32_t index)
{
    const struct bpf_insn *insn = &v->insns[index];
    int mode = BPF_MODE(insn->opcode);

    if (mode == BPF_ABS || mode == BPF_IND) {
        if (BPF_SIZE(insn->opcode) == BPF_DW || bpf_dst(insn) || insn->offset
            || (mode == BPF_ABS && bpf_src(insn))) {
            return bad_insn(v, index,
                            "reserved field of a packet load is set");
        }
        return true;
    }

    if (mode != BPF_IMM || BPF_SIZE(insn->opcode) != BPF_DW) {
        return bad_insn(v, index, "unknown load");
    }
    if (index + 1 >= v->n_insns) {
        return bad_insn(v, index,
                        "the second half of a 64-bit constant is missing");
    }
    const struct bpf_insn *second = insn + 1;
    if (insn->offset || second->opcode || second->regs || second->offset) {
        return bad_insn(v, index, "garbled load of a 64-bit constant");
    }

    int kind = bpf_src(insn);
    if (kind == BPF_PSEUDO_NONE) {
        return true;
    }
    if (kind != BPF_PSEUDO_MAP_IDX && kind != BPF_PSEUDO_MAP_IDX_VALUE) {
        return bad_insn(v, index, "unknown kind of 64-bit constant");
    }
    if (insn->imm < 0 || insn->imm >= v->image->n_maps) {
        return refuse_at(v, index,
                         "refer to a map by its symbol",
                         "reference to map %d of a program with %u map%s",
                         insn->imm, v->image->n_maps,
                         v->image->n_maps == 1 ? "" : "s");
    }

    const struct map_spec *map = &v->image->maps[insn->imm];
    if (kind == BPF_PSEUDO_MAP_IDX && second->imm) {
        return bad_insn(v, index, "garbled reference to a map");
    }
    if (kind == BPF_PSEUDO_MAP_IDX_VALUE
        && (map->type != OKOBPF_MAP_ARRAY || !map->max_entries)) {
        return refuse_at(v, index, "look the value up",
                         "address of a value in a map that is not an array");
    }
    if (kind == BPF_PSEUDO_MAP_IDX_VALUE
        && (uint32_t) second->imm >= map->value_size) {
        return refuse_at(v, index, "refer to variables by their symbols",
                         "address %u bytes into a value of %u bytes",
                         (uint32_t) second->imm, map->value_size);
    }
    return true;
}

static bool
check_memory(struct verifier *v, uint32_t index)
{
    const struct bpf_insn *insn = &v->insns[index];
    int class = BPF_CLASS(insn->opcode);
    int size = BPF_SIZE(insn->opcode);
    int op = insn->imm & ~BPF_FETCH;

    switch (BPF_MODE(insn->opcode)) {
    case BPF_MEM:
        if (class == BPF_ST ? bpf_src(insn) : insn->imm) {
            return bad_insn(v, index,
                            "reserved field of a memory access is set");
        }
        return true;

    case BPF_MEMSX:
        if (class != BPF_LDX || size == BPF_DW || insn->imm) {
            return bad_insn(v, index, "unknown load with sign extension");
        }
        return true;

    case BPF_ATOMIC:
        if (class != BPF_STX) {
            return bad_insn(v, index, "unknown memory access");
        }
        if (size != BPF_W && size != BPF_DW) {
            return bad_insn(v, index,
                            "atomic operation on other than 4 or 8 bytes");
        }
        if (op != BPF_ADD && op != BPF_OR && op != BPF_AND && op != BPF_XOR
            && insn->imm != BPF_XCHG && insn->imm != BPF_CMPXCHG) {
            return bad_insn(v, index, "unknown atomic operation");
        }
        return true;

    default:
        return bad_insn(v, index, "unknown memory access");
    }
}

/* Whether the instruction changes the register 'dst'. */
static bool
writes_dst(const struct bpf_insn *insn)
{
    int class = BPF_CLASS(insn->opcode);

    return (class == BPF_ALU || class == BPF_ALU64 || class == BPF_LDX
            || (class == BPF_LD && BPF_MODE(insn->opcode) == BPF_IMM));
}

static bool
check_encoding(struct verifier *v)
{
    for (uint32_t i = 0; i < v->n_insns; i++) {
        const struct bpf_insn *insn = &v->insns[i];
        bool ok;

        if (bpf_dst(insn) >= BPF_N_REGS || bpf_src(insn) >= BPF_N_REGS) {
            return bad_insn(v, i, "no such register");
        }
        switch (BPF_CLASS(insn->opcode)) {
        case BPF_ALU:
        case BPF_ALU64:
            ok = check_alu(v, i);
            break;
        case BPF_JMP:
        case BPF_JMP32:
            ok = check_jump(v, i);
            break;
        case BPF_LD:
            ok = check_ld(v, i);
            break;
        default:
            ok = check_memory(v, i);
            break;
        }
        if (!ok) {
            return false;
        }
        bool fetches = (BPF_CLASS(insn->opcode) == BPF_STX
                        && BPF_MODE(insn->opcode) == BPF_ATOMIC
                        && insn->imm & BPF_FETCH
                        && insn->imm != BPF_CMPXCHG);
        if ((writes_dst(insn) && bpf_dst(insn) == 10)
            || (fetches && bpf_src(insn) == 10)) {
            return refuse_at(v, i, "copy r10 and change the copy",
                             "write to r10, the frame pointer, which can "
                             "only be read");
        }
        if (insn->opcode == (BPF_LD | BPF_IMM | BPF_DW)) {
            v->info[++i].second = true;
        }
    }
    return true;
}

/* Control flow. */

/* Ways on from an instruction. */
struct ways {
    uint32_t to[3];
    int n;
};

static bool
is_local_call(const struct bpf_insn *insn)
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

/* Returns the ways on from 'index' within its function and, with 'calls', into
 * the functions it calls. */
static struct ways
ways_from(const struct verifier *v, uint32_t index, bool calls)
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
    if (calls && is_local_call(insn)) {
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

        if (v->info[i].second || !is_local_call(insn)) {
            continue;
        }
        int64_t target = (int64_t) i + 1 + insn->imm;
        if (target < 0 || target >= v->n_insns || v->info[target].second) {
            return refuse_at(v, i, "call a function of the program",
                             "call of instruction %lld: expected one of the "
                             "program's, 0 to %u", (long long) target,
                             v->n_insns - 1);
        }
        n += !v->info[target].function;
        v->info[target].function = 1;
    }

    v->functions = v_alloc(v, n * sizeof *v->functions);
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
                return refuse_at(v, i, "jump within the program",
                                 "jump to instruction %lld: the program has 0 "
                                 "to %u", (long long) target, v->n_insns - 1);
            } else if (target < f->start || target >= f->end) {
                return refuse_at(v, i, "call the function instead",
                                 "jump to instruction %lld, in another "
                                 "function: expected %u to %u",
                                 (long long) target, f->start, f->end - 1);
            } else if (v->info[target].second) {
                return refuse_at(v, i, "jump to the start of an instruction",
                                 "jump to instruction %lld, the middle of a "
                                 "16-byte load", (long long) target);
            }
        }
        if (!never_falls_through(insn)
            && i + 1 + (i + 1 < v->n_insns && v->info[i + 1].second)
               >= f->end) {
            return refuse_at(v, i, "end each function with a return",
                             "control falls off the end of the %s",
                             f->end == v->n_insns ? "program" : "function");
        }
    }
    return true;
}

/* Checks that each instruction can be reached. */
static bool
check_reachable(struct verifier *v)
{
    size_t stack_size = ((size_t) v->n_insns * 3 + 1) * sizeof(uint32_t);
    uint32_t *stack = v_alloc(v, stack_size);
    size_t n = 0;

    bool *reached = v_alloc(v, v->n_insns);
    if (!stack || !reached) {
        v_free(v, stack, stack_size);
        v_free(v, reached, v->n_insns);
        return false;
    }

    stack[n++] = 0;
    while (n) {
        uint32_t i = stack[--n];

        if (!reached[i]) {
            struct ways ways = ways_from(v, i, true);

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
    v_free(v, stack, stack_size);
    v_free(v, reached, v->n_insns);
    return (i >= v->n_insns
            || refuse_at(v, i, "remove the code, or compile with -O2",
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
        if (v->info[i].second || !is_local_call(&v->insns[i])) {
            continue;
        }

        uint32_t callee = v->info[i + 1 + v->insns[i].imm].function;
        if (depths[callee] == UINT32_MAX) {
            return refuse_at(v, i, "use a loop with a constant bound",
                             "recursion: the function at instruction %u calls "
                             "itself", v->functions[callee].start);
        }
        if (level + 1 >= BPF_MAX_FRAMES
            || level + depths[callee] >= BPF_MAX_FRAMES) {
            return refuse_at(v, i, "let the compiler inline some functions: "
                             "__attribute__((always_inline))",
                             "calls nested more than %d deep",
                             BPF_MAX_FRAMES);
        }
        if (!depths[callee] && !check_calls(v, callee, level + 1, depths)) {
            return false;
        }
        if (level + depths[callee] >= BPF_MAX_FRAMES) {
            return refuse_at(v, i, "let the compiler inline some functions: "
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
    uint32_t *depths = v_alloc(v, size);
    bool ok = depths && check_calls(v, 0, 0, depths);

    v_free(v, depths, size);
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
        struct ways ways = ways_from(v, i, true);
        for (int w = 0; w < ways.n; w++) {
            struct insn_info *to = &v->info[ways.to[w]];

            to->target |= to->live;
            to->live = 1;
        }
        if (is_local_call(&v->insns[i])) {
            v->info[i + 1].target = true;
        }
    }
    for (uint32_t i = 0; i < v->n_insns; i++) {
        v->info[i].live = 0;
    }
}

/* Liveness. */

/* Returns the registers that a call reads, as a bit map. */
static uint16_t
helper_reads(const struct bpf_insn *insn)
{
    uint16_t regs = 0;

    if (insn->imm <= 0 || insn->imm >= N_HELPERS
        || !helpers[insn->imm].function) {
        return 0;
    }
    for (int i = 0; i < MAX_HELPER_ARGS; i++) {
        switch (helpers[insn->imm].args[i]) {
        case ARG_NONE:
            break;
        case ARG_FMT:
            /* Any of those that follow may be read. */
            return 0x3e & ~((1u << (i + 1)) - 1);
        case ARG_ANY:
        case ARG_MAP:
        case ARG_MAP_KEY:
        case ARG_MAP_VALUE:
        case ARG_MAP_ITEM:
        case ARG_MEM:
        case ARG_MEM_WRITE:
        case ARG_SIZE:
            regs |= 1u << (i + 1);
            break;
        }
    }
    return regs;
}

/* Returns the registers that are read at or after the instruction 'index',
 * given those that are on each way on. */
static uint16_t
live_before(const struct verifier *v, uint32_t index)
{
    const struct bpf_insn *insn = &v->insns[index];
    struct ways ways = ways_from(v, index, false);
    uint16_t dst = 1u << bpf_dst(insn);
    uint16_t src = 1u << bpf_src(insn);
    uint16_t live = 0;

    for (int w = 0; w < ways.n; w++) {
        live |= v->info[ways.to[w]].live;
    }

    switch (BPF_CLASS(insn->opcode)) {
    case BPF_ALU:
    case BPF_ALU64:
        if (BPF_OP(insn->opcode) == BPF_MOV) {
            live &= ~dst;
        } else {
            live |= dst;
        }
        /* Bit 3 of a byte swap doesn't name a register. */
        return (BPF_SOURCE(insn->opcode) == BPF_X
                && BPF_OP(insn->opcode) != BPF_END ? live | src : live);

    case BPF_JMP:
    case BPF_JMP32:
        switch (BPF_OP(insn->opcode)) {
        case BPF_JA:
            return live;
        case BPF_EXIT:
            return 1u << 0;
        case BPF_CALL:
            live &= ~0x3f;
            return live | (bpf_src(insn) == BPF_CALL_LOCAL
                           ? v->info[index + 1 + insn->imm].live & 0x3e
                           : helper_reads(insn));
        default:
            return live | dst | (BPF_SOURCE(insn->opcode) == BPF_X ? src : 0);
        }

    case BPF_LD:
        if (BPF_MODE(insn->opcode) == BPF_IMM) {
            return live & ~dst;
        }
        live = (live & ~0x3f) | 1u << 6;
        return BPF_MODE(insn->opcode) == BPF_IND ? live | src : live;

    case BPF_LDX:
        return (live & ~dst) | src;

    case BPF_ST:
        return live | dst;

    default:
        /* BPF_STX.  BPF_CMPXCHG reads r0. */
        live |= dst | src;
        return (BPF_MODE(insn->opcode) == BPF_ATOMIC
                && insn->imm == BPF_CMPXCHG ? live | 1u << 0 : live);
    }
}

/* Fills in 'live', going backward from each change to the instructions before
 * it until nothing changes any more. */
static bool
find_live(struct verifier *v)
{
    uint32_t n = v->n_insns;
    size_t size = ((size_t) n * 6 + 2) * sizeof(uint32_t);

    /* The instructions from which one can get to 'i' are from[first[i]]
     * up to, but excluding, from[first[i + 1]]: at most 3 'n' in all. */
    uint32_t *first = v_alloc(v, size);
    if (!first) {
        return false;
    }
    uint32_t *from = first + n + 1;
    uint32_t *todo = from + (size_t) n * 3;
    uint32_t n_todo = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < n; i++) {
            if (v->info[i].second) {
                continue;
            }
            struct ways ways = ways_from(v, i, true);
            for (int w = 0; w < ways.n; w++) {
                if (!pass) {
                    first[ways.to[w]]++;
                } else {
                    from[--first[ways.to[w]]] = i;
                }
            }
        }
        if (!pass) {
            for (uint32_t i = 1; i <= n; i++) {
                first[i] += first[i - 1];
            }
        }
    }

    /* 'todo' holds each instruction at most once: a stack, on which all are at
     * first, with the last at the top. */
    bool *queued = v_alloc(v, n);
    if (!queued) {
        v_free(v, first, size);
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!v->info[i].second) {
            todo[n_todo++] = i;
            queued[i] = true;
        }
    }
    while (n_todo) {
        uint32_t i = todo[--n_todo];
        uint16_t live = live_before(v, i);

        queued[i] = false;
        if (live == v->info[i].live) {
            continue;
        }
        v->info[i].live = live;
        for (uint32_t j = first[i]; j < first[i + 1]; j++) {
            if (!queued[from[j]]) {
                todo[n_todo++] = from[j];
                queued[from[j]] = true;
            }
        }
    }
    v_free(v, queued, n);
    v_free(v, first, size);
    return true;
}

bool
check_code(struct verifier *v)
{
    if (!v->n_insns) {
        return over_limit(v, OKOBPF_REJECTED, "write a function",
                          "the program has no instructions");
    }
    if (v->n_insns > v->limits->max_insns) {
        return over_limit(v, OKOBPF_LIMIT, "make the program smaller",
                          "the program has %u instructions: expected at most "
                          "%u", v->n_insns, v->limits->max_insns);
    }
    v->info = v_alloc(v, v->n_insns * sizeof *v->info);
    if (!v->info
        || !check_encoding(v)
        || !find_functions(v)
        || !check_jumps(v)
        || !check_reachable(v)
        || !check_call_depth(v)) {
        return false;
    }
    find_joins(v);
    return find_live(v);
}
