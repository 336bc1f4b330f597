/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* okobpf run --insns: raw instructions on memory, as suites of conformance
 * tests want them run.
 *
 * The verifier does not see them, since such suites do much that it refuses:
 * divide by the constant 0, shift by too much.  They must be instructions,
 * and control must stay within them, but they may access any memory and run
 * on and on: then, they end with an error. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include "../lib/mem.h"
#include "tool.h"

/* Processor time that instructions may take, in seconds. */
#define MAX_SECONDS 2
#define MAX_SECONDS_TEXT "2"

void
tool_note_engine(const struct tool_options *options,
                 const struct okobpf_prog *prog)
{
    const char *error = okobpf_prog_info(prog)->jit_error;

    if (error && options->engine == OKOBPF_ENGINE_AUTO) {
        fprintf(stderr, "okobpf: the interpreter runs this program, for lack "
                "of machine code: %s\n", error);
    }
}

/* Is the instruction one? */

static bool
is_alu(const struct bpf_insn *insn)
{
    bool is64 = BPF_CLASS(insn->opcode) == BPF_ALU64;
    bool by_reg = BPF_SOURCE(insn->opcode) == BPF_X;

    switch (BPF_OP(insn->opcode)) {
    case BPF_ADD: case BPF_SUB: case BPF_MUL: case BPF_OR: case BPF_AND:
    case BPF_LSH: case BPF_RSH: case BPF_ARSH: case BPF_XOR:
        return !insn->offset;
    case BPF_NEG:
        return !by_reg && !insn->offset;
    case BPF_DIV: case BPF_MOD:
        return insn->offset == 0 || insn->offset == 1;
    case BPF_MOV:
        return (!insn->offset
                || (by_reg && (insn->offset == 8 || insn->offset == 16
                               || (is64 && insn->offset == 32))));
    case BPF_END:
        return (!(is64 && by_reg) && !insn->offset
                && (insn->imm == 16 || insn->imm == 32 || insn->imm == 64));
    default:
        return false;
    }
}

static bool
is_jump(const struct bpf_insn *insn)
{
    bool is64 = BPF_CLASS(insn->opcode) == BPF_JMP;
    bool by_reg = BPF_SOURCE(insn->opcode) == BPF_X;

    switch (BPF_OP(insn->opcode)) {
    case BPF_JA:
        return !by_reg;
    case BPF_CALL:
        return (is64 && !by_reg
                && (bpf_src(insn) == BPF_CALL_LOCAL
                    || (bpf_src(insn) == BPF_CALL_HELPER && insn->imm > 0
                        && insn->imm < N_HELPERS
                        && okobpf_helpers[insn->imm].function)));
    case BPF_EXIT:
        return is64 && !by_reg;
    default:
        return BPF_OP(insn->opcode) <= BPF_JSLE;
    }
}

static bool
is_memory_access(const struct bpf_insn *insn)
{
    int class = BPF_CLASS(insn->opcode);
    int size = BPF_SIZE(insn->opcode);
    int op = insn->imm & ~BPF_FETCH;

    switch (BPF_MODE(insn->opcode)) {
    case BPF_IMM:
        return class == BPF_LD && size == BPF_DW && !bpf_src(insn);
    case BPF_ABS: case BPF_IND:
        return class == BPF_LD && size != BPF_DW;
    case BPF_MEM:
        return class != BPF_LD;
    case BPF_MEMSX:
        return class == BPF_LDX && size != BPF_DW;
    case BPF_ATOMIC:
        return (class == BPF_STX && (size == BPF_W || size == BPF_DW)
                && (op == BPF_ADD || op == BPF_OR || op == BPF_AND
                    || op == BPF_XOR || insn->imm == BPF_XCHG
                    || insn->imm == BPF_CMPXCHG));
    default:
        return false;
    }
}

static bool
is_insn(const struct bpf_insn *insn)
{
    if (bpf_dst(insn) >= BPF_N_REGS || bpf_src(insn) >= BPF_N_REGS) {
        return false;
    }
    switch (BPF_CLASS(insn->opcode)) {
    case BPF_ALU: case BPF_ALU64:
        return is_alu(insn);
    case BPF_JMP: case BPF_JMP32:
        return is_jump(insn);
    default:
        return is_memory_access(insn);
    }
}

/* Stores where a jump or local call at 'i' goes in '*target'.  Returns false
 * if the instruction is none. */
static bool
find_target(const struct bpf_insn *insns, size_t i, int64_t *target)
{
    const struct bpf_insn *insn = &insns[i];
    int class = BPF_CLASS(insn->opcode);
    int op = BPF_OP(insn->opcode);

    if ((class != BPF_JMP && class != BPF_JMP32) || op == BPF_EXIT
        || (op == BPF_CALL && bpf_src(insn) != BPF_CALL_LOCAL)) {
        return false;
    }
    *target = (int64_t) i + 1
              + (op == BPF_CALL || insn->opcode == (BPF_JMP32 | BPF_JA)
                 ? insn->imm : insn->offset);
    return true;
}

/* Prints an error and returns false if the 'n' instructions at 'insns' are not
 * all such, or lead out of themselves. */
static bool
check_insns(const struct bpf_insn *insns, size_t n)
{
    bool *second = okobpf_mem_alloc(n, sizeof *second);
    size_t last = 0;
    bool ok = second != NULL;

    if (!ok) {
        tool_error("out of memory");
    }
    for (size_t i = 0; ok && i < n; i++) {
        last = i;
        if (!is_insn(&insns[i])) {
            tool_error("--insns: instruction %"PRIu64" is none of RFC 9669: "
                       "opcode 0x%02x, registers 0x%02x, offset %d, "
                       "immediate %d", (uint64_t) i, insns[i].opcode,
                       insns[i].regs, insns[i].offset, insns[i].imm);
            ok = false;
        } else if (insns[i].opcode == (BPF_LD | BPF_IMM | BPF_DW)) {
            if (i + 1 >= n || insns[i + 1].opcode) {
                tool_error("--insns: instruction %"PRIu64" lacks the second "
                           "half of its immediate", (uint64_t) i);
                ok = false;
            } else {
                second[++i] = true;
            }
        }
    }
    for (size_t i = 0; ok && i < n; i++) {
        int64_t target;

        if (!second[i] && find_target(insns, i, &target)
            && (target < 0 || target >= n || second[target])) {
            tool_error("--insns: instruction %"PRIu64" leads to %"PRId64", "
                       "where there is none", (uint64_t) i, target);
            ok = false;
        }
    }
    if (ok && insns[last].opcode != (BPF_JMP | BPF_EXIT)
        && insns[last].opcode != (BPF_JMP | BPF_JA)
        && insns[last].opcode != (BPF_JMP32 | BPF_JA)) {
        tool_error("--insns: control leaves the instructions after the last, "
                   "%"PRIu64": expected an exit or a jump there",
                   (uint64_t) last);
        ok = false;
    }
    free(second);
    return ok;
}

/* Running. */

static void
stop(int signal_number)
{
    static const char late[] = (
        "okobpf: the instructions did not end within " MAX_SECONDS_TEXT
        " seconds of processor time\n");
    static const char wild[] = (
        "okobpf: the instructions accessed memory that is not theirs\n");
    bool is_late = signal_number == SIGVTALRM;
    ssize_t n = write(STDERR_FILENO, is_late ? late : wild,
                      is_late ? sizeof late - 1 : sizeof wild - 1);

    (void) n;
    _exit(EXIT_UNUSABLE);
}

/* Makes the process exit with an error if the instructions do what a verified
 * program does not. */
static void
guard(void)
{
    static const struct itimerval limit = { .it_value.tv_sec = MAX_SECONDS };

    signal(SIGVTALRM, stop);
    signal(SIGSEGV, stop);
    signal(SIGBUS, stop);
    setitimer(ITIMER_VIRTUAL, &limit, NULL);
}

/* Runs the 'n' instructions at 'insns', with r1 the address and r2 the size of
 * 'mem'. */
static int
run_raw(const struct tool_options *options, struct bpf_insn *insns, size_t n,
        uint8_t *mem, size_t mem_size)
{
    struct okobpf_prog prog = {
        .info = { .name = "raw", .section = "raw", .n_insns = n },
        .image = { .insns = insns, .n_insns = n },
        .host = &tool_host,
        .code = insns,
    };
    struct okobpf_env env = {
        .ctx = {
            .data = (uintptr_t) mem,
            .data_end = (uintptr_t) mem + mem_size,
            .pkt_len = mem_size,
            .now_ns = options->now_ns,
        },
        .prog = &prog,
    };
    uint64_t r0;

    if (options->engine != OKOBPF_ENGINE_INTERPRETER) {
        okobpf_jit_compile(&prog);
    }
    if (options->engine == OKOBPF_ENGINE_JIT && !prog.jited) {
        return tool_error("no machine code: %s", prog.info.jit_error);
    }
    tool_note_engine(options, &prog);
    guard();
    r0 = (prog.jited ? prog.jited((uintptr_t) mem, mem_size, &env)
          : okobpf_interpret(&prog, (uintptr_t) mem, mem_size, &env));
    printf("0x%"PRIx64"\n", r0);
    okobpf_jit_free(&prog);
    return EXIT_ACCEPTED;
}

/* Returns the text of standard input, which the caller must free(), or prints
 * an error and returns NULL. */
static char *
read_stdin(void)
{
    size_t size;
    uint8_t *text = tool_read_file("-", &size);
    char *s = text ? okobpf_mem_resize(text, size + 1, 1) : NULL;

    if (s) {
        s[size] = '\0';
        if (strlen(s) == size) {
            return s;
        }
        tool_error("--insns: expected pairs of hex digits, got binary data");
        free(s);
    } else if (text) {
        free(text);
        tool_error("out of memory");
    }
    return NULL;
}

int
run_insns(const struct tool_options *options)
{
    bool from_stdin = !strcmp(options->insns, "-");
    char *text = from_stdin ? read_stdin() : NULL;
    uint8_t *insns = NULL;
    uint8_t *mem = NULL;
    int status = EXIT_UNUSABLE;
    size_t size, mem_size;

    if (text || !from_stdin) {
        insns = tool_parse_hex("--insns", text ? text : options->insns, &size);
        mem = tool_parse_hex("--mem", options->mem ? options->mem : "",
                             &mem_size);
    }
    if (insns && mem) {
        const size_t insn_size = sizeof(struct bpf_insn);

        if (!size || size % insn_size) {
            tool_error("--insns: expected instructions of %d bytes, got "
                       "%"PRIu64" bytes", (int) insn_size, (uint64_t) size);
        } else if (check_insns((void *) insns, size / insn_size)) {
            status = run_raw(options, (void *) insns, size / insn_size, mem,
                             mem_size);
        }
    }
    free(text);
    free(insns);
    free(mem);
    return status;
}
