/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Tests of the JIT's own matters: distances of jumps, programs that it must
 * decline, and what it does with memory. */

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jit-testlib.h"
#include "testlib.h"

#ifdef OKOBPF_HAVE_JIT
#include "mem.h"

/* Linux 6.3. */
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

/* Sanitizers need memory of their own, and end the process without. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED true
#else
#define SANITIZED false
#endif

static struct bpf_insn *
alloc_insns(size_t n)
{
    struct bpf_insn *insns = okobpf_mem_alloc(n, sizeof *insns);

    if (!insns) {
        fprintf(stderr, "expected room for %zu instructions, but memory is "
                "exhausted\n", n);
        exit(EXIT_FAILURE);
    }
    return insns;
}

/* Returns the result of the 'n' instructions at 'insns' with 'engine'. */
static uint64_t
run(const struct bpf_insn *insns, size_t n, enum engine engine, uint64_t r1,
    uint64_t r2)
{
    struct okobpf_env env = { .prog = NULL };
    struct okobpf_prog prog;

    prog_init(&prog, insns, n);
    return prog_run(&prog, engine, r1, r2, &env);
}

/* Jumps. */

/* Jumps ahead, conditionally and not, over 'n' instructions, and back over
 * them, for distances on both sides of where a short jump reaches. */
static void
test_distances(void)
{
    enum { MAX = 40000 };
    struct bpf_insn *insns = alloc_insns(MAX + 10);
    size_t ns[300 + 6];
    size_t n_ns = 0;

    for (size_t n = 0; n < 300; n++) {
        ns[n_ns++] = n;
    }
    for (size_t n = 32762; n <= 32767; n++) {
        ns[n_ns++] = n;
    }
    for (size_t k = 0; k < n_ns; k++) {
        size_t n = ns[k];
        size_t i = 0;

        /* r0 counts the padding, which runs once, after a jump over it. */
        insns[i++] = MOV_K(0, 0);
        insns[i++] = k % 2 ? GOTOL(n + 1) : JMP_K(BPF_JEQ, 0, 0, n);
        if (k % 2) {
            insns[i++] = MOV_K(0, 1 << 30); /* Jumped over in any case. */
        }
        for (size_t j = 0; j < n; j++) {
            insns[i++] = ALU64_K(BPF_ADD, 0, 1);
        }
        insns[i++] = JMP_K(BPF_JNE, 1, 0, 1);
        insns[i++] = EXIT();
        insns[i++] = MOV_K(1, 0);
        insns[i] = GOTOL(-(int32_t) n - 4);
        i++;

        for (enum engine engine = 0; engine < N_ENGINES; engine++) {
            if (engine_exists(engine)) {
                uint64_t r0 = run(insns, i, engine, 1, 0);

                check(r0 == n, "%s: expected that %zu instructions between "
                      "jumps run once, got %"PRIu64,
                      engine_to_string(engine), n, r0);
            }
        }
    }
    free(insns);
}

/* Programs that the JIT must decline. */

static const struct {
    const char *why;
    struct bpf_insn insns[32];
} declined[] = {
    { "unknown opcode", { MOV_K(0, 0), INSN(0xff, 0, 0, 0, 0), EXIT() } },
    { "unknown arithmetic",
      { INSN(BPF_ALU64 | 0xe0 | BPF_K, 0, 0, 0, 1), EXIT() } },
    { "unknown arithmetic on registers",
      { INSN(BPF_ALU | 0xf0 | BPF_X, 0, 1, 0, 0), EXIT() } },
    { "unknown jump", { INSN(BPF_JMP32 | 0xe0, 0, 0, 0, 0), EXIT() } },
    { "32-bit call", { INSN(BPF_JMP32 | BPF_CALL, 0, 0, 0, 5), EXIT() } },
    { "32-bit exit", { INSN(BPF_JMP32 | BPF_EXIT, 0, 0, 0, 0), EXIT() } },
    { "unknown mode of a load",
      { INSN(BPF_LDX | 0xa0 | BPF_W, 0, 1, 0, 0), EXIT() } },
    { "unknown mode of a store",
      { INSN(BPF_ST | BPF_ATOMIC | BPF_W, 1, 0, 0, 0), EXIT() } },
    { "unknown immediate load",
      { INSN(BPF_LD | BPF_IMM | BPF_W, 0, 0, 0, 0), MOV_K(0, 0), EXIT() } },
    { "unknown legacy load",
      { INSN(BPF_LD | 0xe0 | BPF_W, 0, 0, 0, 0), MOV_K(0, 0), EXIT() } },
    { "register r11", { INSN(BPF_ALU64 | BPF_MOV, 11, 0, 0, 0), EXIT() } },
    { "source r15",
      { INSN(BPF_ALU64 | BPF_MOV | BPF_X, 0, 15, 0, 0), EXIT() } },
    { "write to r10", { MOV_K(10, 0), EXIT() } },
    { "load to r10", { LDX(BPF_DW, 10, 1, 0), EXIT() } },
    { "immediate to r10", { LD_IMM64(10, 5), EXIT() } },
    { "fetch to r10",
      { ATOMIC(BPF_DW, 1, 0, 10, BPF_ADD | BPF_FETCH), EXIT() } },
    { "falls off the end", { MOV_K(0, 0) } },
    { "conditional jump at the end",
      { MOV_K(0, 0), EXIT(), JMP_K(BPF_JEQ, 0, 0, -3) } },
    { "half of a 64-bit immediate",
      { MOV_K(0, 0), EXIT(), INSN(BPF_LD | BPF_IMM | BPF_DW, 0, 0, 0, 0) } },
    { "jump past the end", { JMP_K(BPF_JEQ, 0, 0, 1), EXIT() } },
    { "jump before the beginning", { MOV_K(0, 0), JA(-3), EXIT() } },
    { "far jump", { GOTOL(INT32_MAX), EXIT() } },
    { "far jump back", { GOTOL(INT32_MIN), EXIT() } },
    { "jump into an immediate", { JA(1), LD_IMM64(0, 1), EXIT() } },
    { "call into an immediate",
      { CALL_LOCAL(2), EXIT(), LD_IMM64(0, 1), EXIT() } },
    { "call past the end", { CALL_LOCAL(1), EXIT() } },
    { "jump to another function",
      { CALL_LOCAL(1), EXIT(), JA(-2), EXIT() } },
    { "falls into a function", { CALL_LOCAL(1), MOV_K(0, 0), EXIT() } },
    { "recursion", { CALL_LOCAL(1), EXIT(), CALL_LOCAL(-1), EXIT() } },
    { "calls itself from main()", { CALL_LOCAL(-1), EXIT() } },
    { "nine frames",
      { CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(),
        CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(),
        CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), MOV_K(0, 0),
        EXIT() } },
    { "packet load in a local function",
      { CALL_LOCAL(1), EXIT(), LD_ABS(BPF_B, 0), EXIT() } },
    { "64-bit packet load",
      { INSN(BPF_LD | BPF_ABS | BPF_DW, 0, 0, 0, 0), EXIT() } },
    { "no helper 0", { CALL_HELPER(0), EXIT() } },
    { "unknown helper", { CALL_HELPER(N_HELPERS), EXIT() } },
    { "negative helper", { CALL_HELPER(-1), EXIT() } },
    { "unknown kind of call",
      { INSN(BPF_JMP | BPF_CALL, 0, 2, 0, 0), EXIT() } },
    { "unknown atomic", { ATOMIC(BPF_DW, 1, 0, 2, 0x20), EXIT() } },
    { "atomic of 2 bytes", { ATOMIC(BPF_H, 1, 0, 2, BPF_ADD), EXIT() } },
    { "sign-extending load of 8 bytes", { LDSX(BPF_DW, 0, 1, 0), EXIT() } },
    { "movsx of 7 bits",
      { INSN(BPF_ALU64 | BPF_MOV | BPF_X, 0, 1, 7, 0), EXIT() } },
    { "32-bit movsx of 32 bits",
      { INSN(BPF_ALU | BPF_MOV | BPF_X, 0, 1, 32, 0), EXIT() } },
    { "movsx of an immediate",
      { INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 8, 0), EXIT() } },
    { "division with offset 2",
      { INSN(BPF_ALU64 | BPF_DIV | BPF_X, 0, 1, 2, 0), EXIT() } },
    { "addition with offset",
      { INSN(BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 1, 0), EXIT() } },
    { "addition with offset after a move",
      { MOV_X(0, 1), INSN(BPF_ALU64 | BPF_ADD | BPF_X, 0, 2, 1, 0),
        EXIT() } },
    { "swap of 24 bits",
      { INSN(BPF_ALU | BPF_END | BPF_X, 0, 0, 0, 24), EXIT() } },
    { "64-bit swap by register",
      { INSN(BPF_ALU64 | BPF_END | BPF_X, 0, 0, 0, 16), EXIT() } },
    { "negation by register",
      { INSN(BPF_ALU64 | BPF_NEG | BPF_X, 0, 1, 0, 0), EXIT() } },
};

static void
test_declined(void)
{
    for (size_t i = 0; i < N_ELEMS(declined); i++) {
        struct okobpf_prog prog;
        size_t n = N_ELEMS(declined[i].insns);

        while (!declined[i].insns[n - 1].opcode) {
            n--;
        }
        prog_init(&prog, declined[i].insns, n);
        check(!okobpf_jit_compile(&prog),
              "expected that the JIT declines a program "
              "with: %s",
              declined[i].why);
        check(!prog.jited && !prog.jit_mem && !prog.jit_mem_len,
              "expected no trace of a program with: %s", declined[i].why);
        okobpf_jit_free(&prog);
    }

    struct okobpf_prog prog;
    prog_init(&prog, NULL, 0);
    check(!okobpf_jit_compile(&prog),
          "expected that the JIT declines an empty "
          "program");

    const struct bpf_insn insns[] = { MOV_K(0, 0), EXIT() };
    prog_init(&prog, insns, 1u << 24);  /* Must not look at them. */
    check(!okobpf_jit_compile(&prog), "expected that the JIT declines 2**24 "
          "instructions");
}

/* Memory. */

/* Stores the permissions of the page at 'addr', such as "r-xp", in 'perms',
 * or "" if there is none.  Returns false if any page of the process is
 * writable and executable. */
static bool
get_perms(const void *addr, char perms[5])
{
    static const char name[] = "/proc/self/maps";
    FILE *maps = fopen(name, "r");
    bool ok = true;
    char line[1024];

    perms[0] = '\0';
    while (maps && fgets(line, sizeof line, maps)) {
        uint64_t start, end;
        char p[5];

        if (sscanf(line, "%"SCNx64"-%"SCNx64" %4s", &start, &end, p) == 3) {
            if ((uintptr_t) addr >= start && (uintptr_t) addr < end) {
                memcpy(perms, p, sizeof p);
            }
            if (p[1] == 'w' && p[2] == 'x') {
                ok = false;
            }
        }
    }
    if (maps) {
        fclose(maps);
    }
    return ok;
}

static void
test_memory(void)
{
    enum { N = 65536 };
    struct bpf_insn *insns = alloc_insns(N);
    struct okobpf_prog prog;
    struct okobpf_env env = { .prog = NULL };
    char perms[5];

    /* A large program with as much code an instruction as there is. */
    for (size_t i = 0; i < N - 1; i++) {
        insns[i] = (i % 2
                    ? INSN(BPF_ALU64 | BPF_MOD | BPF_X, 1, 2, 1, 0)
                    : ATOMIC(BPF_DW, 10, -8, 4, BPF_XOR | BPF_FETCH));
    }
    insns[0] = ST(BPF_DW, 10, -8, 0);
    insns[2] = MOV_K(4, 7);
    insns[4] = MOV_K(0, 12);
    insns[N - 1] = EXIT();

    prog_init(&prog, insns, N);
    check(okobpf_jit_compile(&prog), "expected code for %d instructions", N);
    check(prog.info.jited_len > N, "expected more than %d bytes of code, got "
          "%"PRIu32, N, prog.info.jited_len);
    check(prog.jited(1, 2, &env) == 12, "expected a result of 12 of the large "
          "program");

    void *mem = prog.jit_mem;
    check(get_perms(mem, perms), "expected that no memory is writable and "
          "executable");
    check(!strncmp(perms, "r-x", 3), "expected that code is mapped r-x, got "
          "\"%s\"", perms);
    okobpf_jit_free(&prog);
    get_perms(mem, perms);
    check(!strchr(perms, 'x'), "expected that freed code is not executable, "
          "got \"%s\"", perms);
    check(!prog.jited && !prog.info.jited_len, "expected no code after it was "
          "freed");
    free(insns);
}

/* Makes the kernel refuse what the JIT asks for: new memory if 'memory', else
 * to make it executable.  Returns false if that cannot be had. */
static bool
refuse(bool memory)
{
    if (memory) {
        struct rlimit limit = { 0, 0 };

        return !SANITIZED && !setrlimit(RLIMIT_AS, &limit);
    }

    /* Once set, no memory may gain the right to be executed. */
    return !prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
}

/* Where the system forbids machine code, the interpreter takes over and says
 * why, unless machine code was demanded.  Returns true if so. */
static bool
load_without_code(const uint8_t *elf, size_t size)
{
    static const uint8_t packet[64] = {
        21, 2, 3, 4, 5, 6, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x08, 9,
    };
    struct okobpf_options options = { .engine = OKOBPF_ENGINE_AUTO };
    struct okobpf_report report;
    struct okobpf_prog *prog;
    bool ok;

    prog = okobpf_load(elf, size, &options, &report);
    ok = (prog && !okobpf_prog_info(prog)->jited_len
          && okobpf_prog_info(prog)->jit_error
          && run_prog(prog, packet, sizeof packet, 1) == 42);
    okobpf_prog_destroy(prog);
    okobpf_report_uninit(&report);

    options.engine = OKOBPF_ENGINE_JIT;
    prog = okobpf_load(elf, size, &options, &report);
    ok = (ok && !prog && report.status == OKOBPF_LIMIT
          && strstr(report.reason, "no machine code: the system does not let "
                    "memory be made executable"));
    okobpf_prog_destroy(prog);
    okobpf_report_uninit(&report);
    return ok;
}

/* Without memory, or where the system forbids to make it executable, there is
 * no code and no trace of it. */
static void
test_refused(bool memory)
{
    const struct bpf_insn insns[] = { MOV_K(0, 7), EXIT() };
    struct okobpf_prog prog;
    int status = 0;
    uint8_t *elf;
    size_t size;
    pid_t pid;

    elf = read_prog("original", &size);
    prog_init(&prog, insns, N_ELEMS(insns));
    fflush(stdout);
    pid = fork();
    if (!pid) {
        struct okobpf_env env = { .prog = NULL };

        if (!refuse(memory)) {
            _exit(77);
        }
        _exit(!okobpf_jit_compile(&prog) && !prog.jited && !prog.jit_mem
              && prog.info.jit_error
              && okobpf_interpret(&prog, 0, 0, &env) == 7
              && (memory || load_without_code(elf, size)) ? 0 : 1);
    }
    free(elf);
    check(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status),
          "expected that a child process exits");
    if (WEXITSTATUS(status) == 77) {
        printf("jit-code-test: skipped: %s cannot refuse %s\n",
               SANITIZED ? "with a sanitizer, the kernel" : "this kernel",
               memory ? "memory" : "to make memory executable");
    } else {
        check(!WEXITSTATUS(status), "expected that the JIT declines when the "
              "kernel refuses %s",
              memory ? "memory" : "to make memory executable");
    }
}

int
main(void)
{
    test_refused(false);
    test_refused(true);
    test_distances();
    test_declined();
    test_memory();

    return check_report("jit-code-test");
}
#else  /* !OKOBPF_HAVE_JIT */
/* Without a JIT, there must be none. */
int
main(void)
{
    const struct bpf_insn insns[] = { MOV_K(0, 0), EXIT() };
    struct okobpf_prog prog;

    prog_init(&prog, insns, N_ELEMS(insns));
    if (okobpf_jit_compile(&prog) || prog.jited) {
        printf("expected no code on a machine without JIT\n");
        return EXIT_FAILURE;
    }
    printf("jit-code-test: this machine has no JIT, as expected\n");
    return EXIT_SUCCESS;
}
#endif /* !OKOBPF_HAVE_JIT */
