/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Tests of numbers that a program puts together from bytes, which the JIT
 * loads at once.
 *
 * Where it may, the code must be that of a plain load; where it may not, it
 * must not be.  Either way, the result must be right in all engines, and each
 * program is tried with several registers in each role. */

#include <sys/mman.h>

#include "jit-testlib.h"

#define MAX_INSNS 40
#define MEM_SIZE 32

/* Stand-ins for registers, for which others are put in: in the order of the
 * lists in 'roles'. */
enum { A = 0, B = 2, C = 3, D = 4, E = 5, P = 6 };
#define N_ROLES 6

/* The first plays A, and so on to P.  r0 is where the result goes. */
static const uint8_t roles[][N_ROLES] = {
    { 0, 2, 3, 4, 5, 6 },
    { 0, 5, 4, 3, 2, 1 },
    { 0, 9, 8, 7, 6, 3 },
    { 0, 1, 6, 2, 9, 4 },
    { 0, 7, 1, 8, 3, 2 },
};

#define LDB(DST, SRC, OFS) LDX(BPF_B, DST, SRC, OFS)
#define SHL(DST, N) ALU64_K(BPF_LSH, DST, N)
#define SHL32(DST, N) ALU32_K(BPF_LSH, DST, N)
#define OR(DST, SRC) ALU64_X(BPF_OR, DST, SRC)
#define OR32(DST, SRC) ALU32_X(BPF_OR, DST, SRC)
#define BE(DST, N) INSN(BPF_ALU | BPF_END | BPF_X, DST, 0, 0, N)
#define LE(DST, N) INSN(BPF_ALU | BPF_END | BPF_K, DST, 0, 0, N)
#define SWAP(DST, N) INSN(BPF_ALU64 | BPF_END | BPF_K, DST, 0, 0, N)

/* Bytes at 'OFS' and the next, in the other order. */
#define PAIR(DST, TEMP, OFS)                                            \
    LDB(TEMP, P, OFS), LDB(DST, P, OFS + 1), SHL(DST, 8), OR(DST, TEMP)
#define PAIR_BE(DST, TEMP, OFS)                                         \
    LDB(DST, P, OFS), SHL(DST, 8), LDB(TEMP, P, OFS + 1), OR(DST, TEMP)

/* P holds the address of bytes 0x80, 0x81, 0x82, ...  All others hold
 * UINT64_MAX at first. */
struct gather_test {
    const char *name;
    struct bpf_insn insns[MAX_INSNS]; /* Zeros after the last. */
    uint64_t expected;
    struct bpf_insn same_as[4]; /* Zeros if it must stay as it is. */
};

/* Has the code of 'LOAD', or of that and a swap of so many bits. */
#define LOADS(NAME, EXPECTED, LOAD, ...)                                \
    { NAME, { __VA_ARGS__, EXIT() }, EXPECTED,                \
      { LOAD, EXIT() } }
#define LOADS_AND_SWAPS(NAME, EXPECTED, LOAD, BITS, ...)                \
    { NAME, { __VA_ARGS__, EXIT() }, EXPECTED,                \
      { LOAD, BE(A, BITS), EXIT() } }
#define STAYS(NAME, EXPECTED, ...)                                      \
    { NAME, { __VA_ARGS__, EXIT() }, EXPECTED,                \
      { { .opcode = 0 } } }

static const struct gather_test tests[] = {
    /* Two bytes. */
    LOADS("low, high", 0x8483, LDX(BPF_H, A, P, 3),
          LDB(B, P, 3), LDB(A, P, 4), SHL(A, 8), OR(A, B)),
    LOADS("high, low", 0x8483, LDX(BPF_H, A, P, 3),
          LDB(A, P, 4), LDB(B, P, 3), SHL(A, 8), OR(A, B)),
    LOADS("high, shift, low", 0x8483, LDX(BPF_H, A, P, 3),
          LDB(A, P, 4), SHL(A, 8), LDB(B, P, 3), OR(A, B)),
    LOADS("result in the register of the low byte", 0x8483,
          LDX(BPF_H, A, P, 3),
          LDB(A, P, 3), LDB(B, P, 4), SHL(B, 8), OR(A, B)),
    LOADS("32-bit operations", 0x8483, LDX(BPF_H, A, P, 3),
          LDB(B, P, 3), LDB(A, P, 4), SHL32(A, 8), OR32(A, B)),
    LOADS_AND_SWAPS("network order", 0x8384, LDX(BPF_H, A, P, 3), 16,
                    LDB(A, P, 3), LDB(B, P, 4), SHL(A, 8), OR(A, B)),
    LOADS_AND_SWAPS("network order, low first", 0x8384, LDX(BPF_H, A, P, 3),
                    16, LDB(B, P, 4), LDB(A, P, 3), SHL(A, 8), OR(A, B)),
    LOADS_AND_SWAPS("swapped afterward", 0x8384, LDX(BPF_H, A, P, 3), 16,
                    PAIR(A, B, 3), BE(A, 16)),
    LOADS("swapped twice", 0x8483, LDX(BPF_H, A, P, 3),
          PAIR_BE(A, B, 3), SWAP(A, 16)),
    LOADS("32-bit shift, 64-bit or", 0x8483, LDX(BPF_H, A, P, 3),
          LDB(B, P, 3), LDB(A, P, 4), SHL32(A, 8), OR(A, B)),

    /* Four and eight. */
    LOADS("four bytes", 0x86858483, LDX(BPF_W, A, P, 3),
          PAIR(B, C, 3), PAIR(A, C, 5), SHL(A, 16), OR(A, B)),
    LOADS("four bytes, upper half first", 0x86858483, LDX(BPF_W, A, P, 3),
          PAIR(A, C, 5), PAIR(B, D, 3), SHL(A, 16), OR(A, B)),
    LOADS("four bytes, early shift", 0x86858483, LDX(BPF_W, A, P, 3),
          PAIR(A, C, 5), SHL32(A, 16), PAIR(B, D, 3), OR32(A, B)),
    LOADS("four bytes from two of 16 bits", 0x86858483, LDX(BPF_W, A, P, 3),
          LDX(BPF_H, B, P, 3), LDX(BPF_H, A, P, 5), SHL(A, 16), OR(A, B)),
    LOADS_AND_SWAPS("four bytes in network order", 0x83848586,
                    LDX(BPF_W, A, P, 3), 32,
                    PAIR_BE(A, C, 3), SHL(A, 16), PAIR_BE(B, D, 5), OR(A, B)),
    LOADS_AND_SWAPS("four bytes, swapped", 0x83848586,
                    LDX(BPF_W, A, P, 3), 32,
                    PAIR(B, C, 3), PAIR(A, C, 5), SHL(A, 16), OR(A, B),
                    BE(A, 32)),
    LOADS("eight bytes", 0x8a89888786858483, LDX(BPF_DW, A, P, 3),
          PAIR(B, E, 3), PAIR(C, E, 5), SHL(C, 16), OR(C, B),
          PAIR(B, E, 7), PAIR(A, E, 9), SHL(A, 16), OR(A, B),
          SHL(A, 32), OR(A, C)),
    LOADS("eight bytes from two of 32 bits", 0x8a89888786858483,
          LDX(BPF_DW, A, P, 3),
          LDX(BPF_W, B, P, 3), LDX(BPF_W, A, P, 7), SHL(A, 32), OR(A, B)),
    LOADS_AND_SWAPS("eight bytes in network order", 0x838485868788898a,
                    LDX(BPF_DW, A, P, 3), 64,
                    PAIR_BE(A, E, 3), SHL(A, 16), PAIR_BE(B, E, 5), OR(A, B),
                    SHL(A, 32),
                    PAIR_BE(C, E, 7), SHL(C, 16), PAIR_BE(B, E, 9), OR(C, B),
                    OR(A, C)),

    /* What must stay. */
    STAYS("the temporary is used", 0x8506,
          PAIR(A, B, 3), ALU64_X(BPF_ADD, A, B)),
    STAYS("the temporary is used in one of two branches", 0x8506,
          PAIR(A, B, 3), JMP_K(BPF_JEQ, A, 5, 1), ALU64_X(BPF_ADD, A, B)),
    STAYS("the temporary is stored", 0x83,
          PAIR(A, B, 3), STX(BPF_DW, 10, -8, B), LDX(BPF_DW, A, 10, -8)),
    STAYS("the shifted byte is used", 0x10883,
          LDB(A, P, 3), LDB(B, P, 4), SHL(B, 8), OR(A, B),
          ALU64_X(BPF_ADD, A, B)),
    STAYS("a gap between the bytes", 0x8583,
          LDB(B, P, 3), LDB(A, P, 5), SHL(A, 8), OR(A, B)),
    STAYS("the same byte twice", 0x8383,
          LDB(B, P, 3), LDB(A, P, 3), SHL(A, 8), OR(A, B)),
    STAYS("shift by 16", 0x840083,
          LDB(B, P, 3), LDB(A, P, 4), SHL(A, 16), OR(A, B)),
    STAYS("addition", 0x8483,
          LDB(B, P, 3), LDB(A, P, 4), SHL(A, 8), ALU64_X(BPF_ADD, A, B)),
    STAYS("exclusive or with itself", 0,
          LDB(B, P, 3), LDB(A, P, 4), SHL(A, 8), ALU64_X(BPF_XOR, A, A)),
    STAYS("or with another register", UINT64_MAX,
          LDB(B, P, 3), LDB(A, P, 4), SHL(A, 8), OR(A, C)),
    STAYS("or with itself", 0x8400,
          LDB(B, P, 3), LDB(A, P, 4), SHL(A, 8), OR(A, A)),
    STAYS("shift of another register", 0xffffffffffffff84,
          LDB(B, P, 3), LDB(A, P, 4), SHL(C, 8), OR(A, C)),
    STAYS("signed load", 0xffffffffffffff83,
          LDSX(BPF_B, B, P, 3), LDB(A, P, 4), SHL(A, 8), OR(A, B)),
    STAYS("signed load of the upper half", 0xffffffffffff8483,
          LDB(B, P, 3), LDSX(BPF_B, A, P, 4), SHL(A, 8), OR(A, B)),
    STAYS("another address", 0x8583,
          MOV_X(C, P), ALU64_K(BPF_ADD, C, 1),
          LDB(B, P, 3), LDB(A, C, 4), SHL(A, 8), OR(A, B)),
    STAYS("the second half overwrites the first", 0x86850085,
          LDX(BPF_H, B, P, 3), PAIR(A, B, 5), SHL(A, 16), OR(A, B)),
    STAYS("jump into the middle", 0xffffffffffffff83,
          LDB(B, P, 3), JMP_K(BPF_JNE, B, 0, 2), LDB(B, P, 3),
          LDB(A, P, 4), SHL(A, 8), OR(A, B)),
    STAYS("halves in different orders", 0x85868483,
          PAIR(B, C, 3), PAIR_BE(A, C, 5), SHL(A, 16), OR(A, B)),
    STAYS("swapped halves in their own order", 0x84838685,
          PAIR(A, C, 3), PAIR(B, C, 5), SHL(A, 16), OR(A, B)),
    STAYS("32-bit shift by 32", 0x8e8d8c87,
          LDX(BPF_W, B, P, 3), LDX(BPF_W, A, P, 7), SHL32(A, 32), OR(A, B)),
    STAYS("32-bit or of eight bytes", 0x86858483,
          LDX(BPF_W, B, P, 3), LDX(BPF_W, A, P, 7), SHL(A, 32), OR32(A, B)),
};

/* Programs that load over their address, which no stand-in can tell. */
static const struct bpf_insn over_address[] = {
    MOV_X(6, 1), LDB(2, 6, 3), LDB(6, 6, 4), SHL(6, 8), OR(6, 2),
    MOV_X(0, 6), EXIT(),
};
static const struct bpf_insn over_address_temp[] = {
    MOV_X(6, 1), LDB(2, 6, 3), LDB(6, 6, 4), SHL(6, 8), OR(2, 6),
    MOV_X(0, 2), EXIT(),
};

/* The temporary is r0, with which an atomic operation compares. */
static const struct bpf_insn compared[] = {
    MOV_K(0, 0), ST(BPF_DW, 10, -8, 0x83), MOV_K(3, 77),
    LDB(0, 1, 3), LDB(2, 1, 4), SHL(2, 8), OR(2, 0),
    ATOMIC(BPF_DW, 10, -8, 3, BPF_CMPXCHG), LDX(BPF_DW, 0, 10, -8), EXIT(),
};

#ifdef MAP_32BIT
/* A list: the lower half of the result is the address of the upper half. */
static const struct bpf_insn pointer[] = {
    LDX(BPF_W, 1, 1, 0), LDX(BPF_W, 0, 1, 4), SHL(0, 32), OR(0, 1), EXIT(),
};

/* Runs 'pointer' in memory whose address has 32 bits. */
static void
check_pointer(void)
{
    uint32_t *mem = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

    if (mem == MAP_FAILED) {
        printf("jit-gather-test: skipped: no memory with a 32-bit address\n");
        return;
    }
    mem[0] = (uintptr_t) &mem[8];
    mem[1] = 0xbad;
    mem[9] = 0x600d;
    for (enum engine engine = 0; engine < N_ENGINES; engine++) {
        struct okobpf_env env = { .prog = NULL };
        struct okobpf_prog prog;

        if (engine_exists(engine)) {
            prog_init(&prog, pointer, N_ELEMS(pointer));
            check(prog_run(&prog, engine, (uintptr_t) mem, 0, &env)
                  == (UINT64_C(0x600d) << 32 | mem[0]), "%s: expected that a "
                  "loaded address is used", engine_to_string(engine));
        }
    }
    munmap(mem, 4096);
}
#endif

static int
play(const uint8_t cast[N_ROLES], int role)
{
    return (role == A ? cast[0] : role >= B && role <= P ? cast[role - 1]
            : role);
}

/* Writes a program to 'prog' that sets registers up and goes on as 'insns'
 * says, with the registers of 'cast'.  Returns its length. */
static size_t
stage(const struct bpf_insn *insns, size_t max_n, const uint8_t cast[N_ROLES],
      struct bpf_insn *prog)
{
    size_t n = 0;

    prog[n++] = MOV_X(play(cast, P), 1);
    for (int role = A; role < P; role++) {
        if (role != 1) {
            prog[n++] = MOV_K(play(cast, role), -1);
        }
    }
    for (size_t i = 0; i < max_n && insns[i].opcode; i++) {
        prog[n] = insns[i];
        prog[n].regs = (play(cast, bpf_dst(&insns[i]))
                        | play(cast, bpf_src(&insns[i])) << 4);
        n++;
    }
    return n;
}

#ifdef OKOBPF_HAVE_JIT
/* Returns true if 'a' and 'b' have the same machine code. */
static bool
same_code(struct okobpf_prog *a, struct okobpf_prog *b)
{
    bool same;

    if (!okobpf_jit_compile_for(a, 0) || !okobpf_jit_compile_for(b, 0)) {
        fprintf(stderr, "expected that the JIT compiles a program\n");
        exit(EXIT_FAILURE);
    }
    same = (a->info.jited_len == b->info.jited_len
            && !memcmp(a->jit_mem, b->jit_mem, a->info.jited_len));
    okobpf_jit_free(a);
    okobpf_jit_free(b);
    return same;
}
#endif

/* Runs the 'n' instructions at 'insns' in all engines. */
static void
check_result(const char *name, const uint8_t cast[N_ROLES],
             const struct bpf_insn *insns, size_t n, uint64_t expected)
{
    struct okobpf_env env = { .prog = NULL };
    struct okobpf_prog prog;
    uint8_t mem[MEM_SIZE];

    for (int i = 0; i < MEM_SIZE; i++) {
        mem[i] = 0x80 + i;
    }
    prog_init(&prog, insns, n);
    for (enum engine engine = 0; engine < N_ENGINES; engine++) {
        if (engine_exists(engine)) {
            uint64_t r0 = prog_run(&prog, engine, (uintptr_t) mem, MEM_SIZE,
                                   &env);

            check(r0 == expected, "%s, with the address in r%d, %s: expected "
                  "r0 0x%"PRIx64", got 0x%"PRIx64, name, cast[P - 1],
                  engine_to_string(engine), expected, r0);
        }
    }
}

static void
check_test(const struct gather_test *t, const uint8_t cast[N_ROLES])
{
    struct bpf_insn insns[MAX_INSNS + N_ROLES];
    size_t n = stage(t->insns, MAX_INSNS, cast, insns);

    check_result(t->name, cast, insns, n, t->expected);
#ifdef OKOBPF_HAVE_JIT
    struct bpf_insn same_as[N_ELEMS(t->same_as) + N_ROLES];
    size_t same_n = stage(t->same_as, N_ELEMS(t->same_as), cast, same_as);

    if (t->same_as[0].opcode) {
        struct okobpf_prog prog, same_prog;

        prog_init(&prog, insns, n);
        prog_init(&same_prog, same_as, same_n);
        check(same_code(&prog, &same_prog), "%s, with the address in r%d: "
              "expected the code of a single load", t->name, cast[P - 1]);
    }
#endif
}

int
main(void)
{
    for (size_t i = 0; i < N_ELEMS(roles); i++) {
        for (size_t j = 0; j < N_ELEMS(tests); j++) {
            check_test(&tests[j], roles[i]);
        }
    }
    check_result("the result replaces the address", roles[0], over_address,
                 N_ELEMS(over_address), 0x8483);
    check_result("a temporary replaces the address", roles[0],
                 over_address_temp, N_ELEMS(over_address_temp), 0x8483);

    check_result("the temporary is compared", roles[0], compared,
                 N_ELEMS(compared), 77);
#ifdef MAP_32BIT
    check_pointer();
#endif

    return check_report("jit-gather-test");
}
