/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "image.h"

#ifdef OKOBPF_HAVE_JIT
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "jit-x86-64/jit.h"

_Static_assert(sizeof(void *) == 8, "the JIT passes pointers in 64 bits");

const uint8_t okobpf_jit_regs[BPF_N_REGS] = {
    RAX, RDI, RSI, RDX, RCX, R8, RBX, R13, R14, R15, RBP,
};

/* Passes that look for short jumps.  Each makes the code smaller, the first
 * two or three by far the most. */
#define MAX_SHRINK_PASSES 12

/* Distance from helpers at which calls surely reach them: 2 GiB less what
 * code, program text and data may take. */
#define NEAR ((int64_t) 3 << 29)

unsigned int
okobpf_jit_cpu_features(void)
{
    return __builtin_cpu_supports("bmi2") ? JIT_BMI2 : 0;
}

/* Jumps. */

void
okobpf_jit_jump(struct jit *jit, uint32_t i, enum x86_cond cond,
                uint32_t target, bool backward)
{
    struct x86_code *c = &jit->code;

    /* Offsets ahead are those of the pass before, which were larger: what
     * looks near now will only be nearer in the end. */
    if (jit->shrink && !(jit->flags[i] & INSN_SHORT)
        && (backward || target >= c->len)
        && x86_fits_s8((int64_t) target - (c->len + 2))) {
        jit->flags[i] |= INSN_SHORT;
        jit->shrunk = true;
    }

    if (jit->flags[i] & INSN_SHORT) {
        x86_byte(c, cond == CC_ALWAYS ? 0xeb : 0x70 | cond);
        x86_byte(c, target - (c->len + 1));
    } else {
        if (cond == CC_ALWAYS) {
            x86_byte(c, 0xe9);
        } else {
            x86_byte(c, 0x0f);
            x86_byte(c, 0x80 | cond);
        }
        x86_bytes(c, target - (c->len + 4), 4);
    }
}

/* Emits the jump of instruction 'i' to where that instruction says. */
static void
emit_jump(struct jit *jit, uint32_t i, enum x86_cond cond)
{
    int64_t target = jit_jump_target(jit->insns, i);

    okobpf_jit_jump(jit, i, cond, jit->offsets[target], target <= i);
}

/* Stores the condition of the jump operation 'op' in '*cond'. */
static bool
cond_from_op(int op, enum x86_cond *cond)
{
    switch (op) {
    case BPF_JEQ:
        *cond = CC_E;
        return true;
    case BPF_JNE:
    case BPF_JSET:
        *cond = CC_NE;
        return true;
    case BPF_JGT:
        *cond = CC_A;
        return true;
    case BPF_JGE:
        *cond = CC_AE;
        return true;
    case BPF_JLT:
        *cond = CC_B;
        return true;
    case BPF_JLE:
        *cond = CC_BE;
        return true;
    case BPF_JSGT:
        *cond = CC_G;
        return true;
    case BPF_JSGE:
        *cond = CC_GE;
        return true;
    case BPF_JSLT:
        *cond = CC_L;
        return true;
    case BPF_JSLE:
        *cond = CC_LE;
        return true;
    default:
        return false;
    }
}

/* Emits the comparison of a conditional jump. */
static void
emit_compare(struct x86_code *c, const struct bpf_insn *insn)
{
    enum x86_width w = BPF_CLASS(insn->opcode) == BPF_JMP ? W64 : W32;
    int dst = okobpf_jit_regs[bpf_dst(insn)];
    int src = okobpf_jit_regs[bpf_src(insn)];
    int op = BPF_OP(insn->opcode);

    if (BPF_SOURCE(insn->opcode) == BPF_X) {
        if (op == BPF_JSET) {
            x86_rr(c, w, X86_OP_TEST, src, dst);
        } else {
            x86_alu_rr(c, w, X86_CMP, dst, src);
        }
    } else if (op == BPF_JSET) {
        x86_test_imm_zf(c, w, dst, insn->imm);
    } else if (!insn->imm) {
        x86_rr(c, w, X86_OP_TEST, dst, dst);
    } else {
        x86_alu_ri(c, w, X86_CMP, dst, insn->imm);
    }
}

/* Returns true if the jump at 'i' goes over nothing but a move of a constant:
 * what compilers make of "x = a == b" for lack of a better instruction.  (A
 * register that is moved under a condition is rather the minimum of a loop or
 * the like, which depends on itself: there, a jump that is predicted well is
 * faster.) */
static bool
is_select(const struct jit *jit, uint32_t i)
{
    const struct bpf_insn *move = &jit->insns[i + 1];

    return (jit->insns[i].offset == 1 && okobpf_jit_is_sequence(jit, i, 2)
            && (move->opcode == (BPF_ALU64 | BPF_MOV | BPF_K)
                || move->opcode == (BPF_ALU | BPF_MOV | BPF_K))
            && !move->offset && bpf_dst(move) != 10);
}

/* Emits a conditional move for the jump and the move at 'i', with 'cond' the
 * jump's condition. */
static void
emit_select(struct jit *jit, uint32_t i, enum x86_cond cond)
{
    const struct bpf_insn *move = &jit->insns[i + 1];
    bool is64 = BPF_CLASS(move->opcode) == BPF_ALU64;
    struct x86_code *c = &jit->code;

    x86_mov_imm(c, R10, is64 ? (uint64_t) (int64_t) move->imm
                             : (uint32_t) move->imm);
    emit_compare(c, &jit->insns[i]);

    /* The lowest bit negates a condition. */
    x86_rr(c, W64, X86_OP_CMOV | (cond ^ 1), okobpf_jit_regs[bpf_dst(move)],
           R10);
}

static uint32_t
translate_cond_jump(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];
    enum x86_cond cond;

    if (!cond_from_op(BPF_OP(insn->opcode), &cond)) {
        return 0;
    }
    if (is_select(jit, i)) {
        emit_select(jit, i, cond);
        return 2;
    }
    if (insn->offset) {
        emit_compare(&jit->code, insn);
        emit_jump(jit, i, cond);
    }
    return 1;
}

/* Functions.
 *
 * A frame has, from the return address down: the saved registers; if the
 * function uses r10, which is RBP, BPF's stack, with RBP at its upper end;
 * padding that keeps the machine's stack aligned to 16 for calls. */

/* Stores the registers that 'func' has to save in 'regs' and returns how many
 * they are. */
static int
saved_regs(const struct jit *jit, const struct jit_func *func, int regs[6])
{
    int n = 0;

    for (int reg = 10; reg >= 6; reg--) {
        if (func->regs & 1u << reg) {
            regs[n++] = okobpf_jit_regs[reg];
        }
    }
    if (func == jit->funcs && jit->uses_env) {
        regs[n++] = JIT_ENV;
    }
    return n;
}

static bool
uses_stack(const struct jit_func *func)
{
    return (func->regs & 1u << 10) != 0;
}

static void
emit_prologue(struct jit *jit)
{
    struct jit_func *func = jit->func;
    struct x86_code *c = &jit->code;
    int regs[6];
    int n = saved_regs(jit, func, regs);

    func->entry = c->len;
    for (int i = 0; i < n; i++) {
        x86_push(c, regs[i]);
    }
    if (func == jit->funcs && jit->uses_env) {
        x86_mov(c, W64, JIT_ENV, RDX);
    }

    func->frame_size = uses_stack(func) ? BPF_STACK_SIZE : 0;
    if (func->calls && (8 + 8 * n + func->frame_size) % 16) {
        func->frame_size += 8;
    }
    if (uses_stack(func)) {
        x86_mov(c, W64, RBP, RSP);
    }
    if (func->frame_size) {
        x86_alu_ri(c, W64, X86_SUB, RSP, func->frame_size);
    }
}

static void
emit_epilogue(struct jit *jit)
{
    struct jit_func *func = jit->func;
    struct x86_code *c = &jit->code;
    int regs[6];
    int n = saved_regs(jit, func, regs);

    if (uses_stack(func)) {
        x86_mov(c, W64, RSP, RBP);
    } else if (func->frame_size) {
        x86_alu_ri(c, W64, X86_ADD, RSP, func->frame_size);
    }
    while (n > 0) {
        x86_pop(c, regs[--n]);
    }
    x86_ret(c);
}

/* Emits the return for the exit at 'i'.  All but the first of a function
 * share its epilogue, unless that takes no more room than a jump. */
static void
emit_exit(struct jit *jit, uint32_t i)
{
    struct jit_func *func = jit->func;
    int regs[6];
    bool tiny = !func->frame_size && saved_regs(jit, func, regs) < 2;

    if (func->has_epilogue && !tiny) {
        okobpf_jit_jump(jit, i, CC_ALWAYS, func->epilogue, true);
    } else {
        func->epilogue = jit->code.len;
        func->has_epilogue = true;
        emit_epilogue(jit);
    }
}

/* Emits the end of the function: the target of packet loads that fail. */
static void
emit_fail(struct jit *jit)
{
    struct jit_func *func = jit->func;

    if (func->has_fail) {
        func->fail = jit->code.len;
        x86_mov_imm(&jit->code, RAX, 0);
        emit_epilogue(jit);
    }
}

static void
emit_local_call(struct jit *jit, uint32_t i)
{
    int64_t target = jit_jump_target(jit->insns, i);
    struct x86_code *c = &jit->code;
    struct jit_func *func = jit->funcs;
    uint32_t n = jit->n_funcs;

    while (n > 1) {
        if (func[n / 2].first <= target) {
            func += n / 2;
            n -= n / 2;
        } else {
            n /= 2;
        }
    }
    x86_byte(c, 0xe8);
    x86_bytes(c, func->entry - (c->len + 4), 4);
}

/* Passes. */

static uint32_t
translate_jump(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];

    switch (insn->opcode) {
    case BPF_JMP | BPF_JA:
    case BPF_JMP32 | BPF_JA:
        if (jit_jump_target(jit->insns, i) != i + 1) {
            emit_jump(jit, i, CC_ALWAYS);
        }
        return 1;

    case BPF_JMP | BPF_CALL:
        if (bpf_src(insn) == BPF_CALL_HELPER) {
            return okobpf_jit_call_helper(jit, i);
        } else if (bpf_src(insn) == BPF_CALL_LOCAL) {
            emit_local_call(jit, i);
            return 1;
        }
        return 0;

    case BPF_JMP | BPF_EXIT:
        emit_exit(jit, i);
        return 1;

    default:
        return translate_cond_jump(jit, i);
    }
}

/* Emits the code of the instruction at 'i', perhaps along with those that
 * follow, and returns the number of slots that it took, 0 if it cannot be
 * translated. */
static uint32_t
translate_insn(struct jit *jit, uint32_t i)
{
    const struct bpf_insn *insn = &jit->insns[i];

    switch (BPF_CLASS(insn->opcode)) {
    case BPF_ALU:
    case BPF_ALU64:
        return okobpf_jit_alu(jit, i);

    case BPF_JMP:
    case BPF_JMP32:
        return translate_jump(jit, i);

    case BPF_LDX:
        return okobpf_jit_load(jit, i);

    case BPF_ST:
        return okobpf_jit_store(jit, i);

    case BPF_STX:
        return (BPF_MODE(insn->opcode) == BPF_ATOMIC
                ? okobpf_jit_atomic(jit, i) : okobpf_jit_store(jit, i));

    case BPF_LD:
        switch (BPF_MODE(insn->opcode)) {
        case BPF_IMM:
            return (BPF_SIZE(insn->opcode) == BPF_DW
                    ? okobpf_jit_load_imm64(jit, i) : 0);
        case BPF_ABS:
        case BPF_IND:
            return okobpf_jit_load_packet(jit, i);
        default:
            return 0;
        }

    default:
        return 0;
    }
}

/* Translates the whole program and sets 'jit->code.len' and the offsets.
 * Returns false if there is an instruction that cannot be translated. */
static bool
run_pass(struct jit *jit)
{
    struct x86_code *c = &jit->code;

    c->len = 0;
    jit->shrunk = false;
    for (uint32_t f = 0; f < jit->n_funcs; f++) {
        uint32_t i, n;

        jit->func = &jit->funcs[f];
        jit->func->has_epilogue = false;
        while (c->len % 16) {
            x86_byte(c, 0xcc);  /* Between functions: never run. */
        }
        emit_prologue(jit);
        for (i = jit->func->first; i < jit->func->end; i += n) {
            jit->offsets[i] = c->len;
            n = translate_insn(jit, i);
            if (!n) {
                return false;
            }
        }
        emit_fail(jit);
    }
    return true;
}

/* Memory. */

static uint32_t
round_up_to_page(uint32_t size)
{
    uint32_t page_size = sysconf(_SC_PAGESIZE);

    return (size + page_size - 1) / page_size * page_size;
}

/* Returns true if code at 'p' surely reaches all helpers with the 32-bit
 * displacement of a call. */
static bool
is_near(const void *p)
{
    int64_t helper = (uintptr_t) okobpf_helpers[HELPER_MAP_LOOKUP].function;
    int64_t distance = (int64_t) (uintptr_t) p - helper;

    return distance < NEAR && distance > -NEAR;
}

/* Maps 'size' bytes for reading and writing, near the helpers if the program
 * calls any: such calls are shorter and, being direct, need no prediction.
 * Returns MAP_FAILED on failure. */
static void *
map_code(const struct jit *jit, uint32_t size)
{
    uintptr_t helper = (uintptr_t) okobpf_helpers[HELPER_MAP_LOOKUP].function;
    const int prot = PROT_READ | PROT_WRITE;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    uint64_t random = (uintptr_t) jit->insns; /* Differs by program. */

    for (int i = 0; jit->calls_helpers && i < 8; i++) {
        uintptr_t hint;
        void *p;

        /* The kernel takes a hint if there is room.  There should be a lot
         * below the executable, and its heap does not grow there. */
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        hint = (random >> 32) % NEAR;
        hint = helper > NEAR ? helper - hint : hint / 2 + NEAR / 4;
        hint &= ~UINT64_C(0xffff);
        p = mmap((void *) hint, size, prot, flags, -1, 0);
        if (p == MAP_FAILED || is_near(p)) {
            return p;
        }
        munmap(p, size);
    }
    return mmap(NULL, size, prot, flags, -1, 0);
}

/* Allocates memory, translates into it and makes it executable.  The memory
 * is never writable and executable at once.  Returns NULL if successful, else
 * what went wrong. */
static const char *
generate(struct jit *jit, struct okobpf_prog *prog)
{
    const char *error = "it took more room than reckoned";
    uint32_t mapped, used;
    uint32_t len;
    void *mem;
    bool ok;

    /* An upper bound of the size first, since what jumps and calls take
     * depends on where the code is. */
    if (!run_pass(jit)) {
        return JIT_UNKNOWN;
    }
    mapped = round_up_to_page(jit->code.len);
    mem = map_code(jit, mapped);
    if (mem == MAP_FAILED) {
        return "the system has no memory for it";
    }
    jit->base = (uintptr_t) mem;
    jit->near = is_near(mem);

    jit->shrink = true;
    for (int i = 0; i < MAX_SHRINK_PASSES; i++) {
        if (!run_pass(jit) || !jit->shrunk) {
            break;
        }
    }
    jit->shrink = false;
    ok = run_pass(jit);
    len = jit->code.len;

    if (ok && len <= mapped) {
        used = round_up_to_page(len);
        if (used < mapped) {
            munmap((uint8_t *) mem + used, mapped - used);
            mapped = used;
        }
        memset(mem, 0xcc, mapped);
        jit->code.buf = mem;
        jit->code.size = mapped;
        if (run_pass(jit) && jit->code.len == len) {
            if (!mprotect(mem, mapped, PROT_READ | PROT_EXEC)) {
                prog->jited = (uint64_t (*)(uint64_t, uint64_t,
                                            struct okobpf_env *)) mem;
                prog->jit_mem = mem;
                prog->jit_mem_len = mapped;
                prog->info.jited_len = len;
                return NULL;
            }
            error = "the system does not let memory be made executable";
        }
    }
    munmap(mem, mapped);
    return error;
}

bool
okobpf_jit_compile_for(struct okobpf_prog *prog, unsigned int features)
{
    struct jit jit = { .features = features };
    const char *error = okobpf_jit_scan(&jit, prog);

    prog->info.jit_error = error ? error : generate(&jit, prog);
    free(jit.flags);
    free(jit.maps);
    free(jit.live);
    free(jit.funcs);
    free(jit.offsets);
    return !prog->info.jit_error;
}

bool
okobpf_jit_compile(struct okobpf_prog *prog)
{
    return okobpf_jit_compile_for(prog, okobpf_jit_cpu_features());
}

void
okobpf_jit_free(struct okobpf_prog *prog)
{
    if (prog->jit_mem) {
        munmap(prog->jit_mem, prog->jit_mem_len);
        prog->jited = NULL;
        prog->jit_mem = NULL;
        prog->jit_mem_len = 0;
        prog->info.jited_len = 0;
    }
}
#else  /* !OKOBPF_HAVE_JIT */
/* Other machines have the interpreter only. */

bool
okobpf_jit_compile(struct okobpf_prog *prog)
{
#ifdef OKOBPF_NO_JIT
    prog->info.jit_error = "this build has no JIT";
#else
    prog->info.jit_error = "there is no JIT for this kind of processor";
#endif
    return false;
}

void
okobpf_jit_free(struct okobpf_prog *prog)
{
    (void) prog;
}
#endif /* !OKOBPF_HAVE_JIT */
