/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The okobpf command: command line and help. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tool.h"

static const char help[] =
"okobpf: BPF filter programs for Oko, outside of the switch\n"
"\n"
"usage: okobpf verify [--section NAME] [--log[=FILE]] [--json] FILE\n"
"       okobpf run    [--section NAME] [--interp | --jit] [--maps] [--json]\n"
"                     [--trace] [--in-port N] [--now NS]\n"
"                     (--packet HEX | --pcap FILE) FILE\n"
"       okobpf run    [--interp | --jit] --insns HEX [--mem HEX]\n"
"       okobpf bench  [--section NAME] [--interp | --jit] [--json]\n"
"                     [--rounds N] [--batch] [--in-port N]\n"
"                     [--packet HEX | --pcap FILE] FILE\n"
"       okobpf disasm [--section NAME] [--json] FILE\n"
"       okobpf dump   [--section NAME] [--json] FILE\n"
"\n"
"FILE is an object that clang compiled, or - for standard input:\n"
"\n"
"    clang -O2 -g -target bpf -c filter.c -o filter.o\n"
"\n"
"With -g, a refusal names the line of the source.\n"
"\n"
"verify  Checks whether the switch would load FILE: whether its program can\n"
"        do no harm.  A refusal says what is wrong, where, in which state,\n"
"        and what to do.\n"
"          --log[=FILE]   write each step of the verifier to FILE, or to\n"
"                         standard error\n"
"\n"
"run     Runs FILE on a packet, or on each packet of a capture, and prints\n"
"        the result: nonzero if the packet matches.\n"
"          --packet HEX   Ethernet frame, as pairs of hex digits\n"
"          --pcap FILE    capture file, as tcpdump -w writes it\n"
"          --maps         afterward, print the content of the program's maps\n"
"          --trace        below each result, print what the program asked of\n"
"                         its maps\n"
"          --in-port N    input port in the context (default: 1)\n"
"          --now NS       time in ns (default: the clock)\n"
"          --interp       use the interpreter;  --jit: machine code\n"
"        With --insns, runs these raw instructions, which the verifier does\n"
"        not see, with the address of --mem in r1 and its size in r2, for up\n"
"        to 2 seconds, and prints r0.  HEX may be - for standard input.  For\n"
"        a suite of conformance tests, a plugin is a script that runs\n"
"            exec okobpf run --insns - --mem \"$1\"\n"
"\n"
"bench   Measures what FILE costs: the verifier, and machine code and\n"
"        interpreter by turns, on the packet, or all packets of the capture,\n"
"        again and again.  Each engine has maps of its own.  Prints medians,\n"
"        with quartiles and extremes.\n"
"          --packet HEX   Ethernet frame (default: a UDP packet of 64 bytes)\n"
"          --pcap FILE    capture file; --packets is the same\n"
"          --rounds N     samples of each engine (default: 101)\n"
"          --batch        measure runs in batches of 32 packets, too\n"
"          --in-port N, --interp, --jit  as above\n"
"        1 us passes from packet to packet.\n"
"\n"
"disasm  Prints the program's instructions, functions and maps put in place.\n"
"\n"
"dump    Prints what FILE holds: its programs, the definitions of its maps.\n"
"\n"
"All commands\n"
"          --section NAME load the program in this section, or with this\n"
"                         function, not the first\n"
"          --json         print JSON\n"
"\n"
"Exit status: 0 accepted, 1 refused by the verifier, 2 file or command line\n"
"that cannot be used.\n"
"\n"
"Examples:\n"
"    okobpf verify filter.o && echo safe\n"
"    okobpf run --pcap capture.pcap --maps filter.o\n"
"    okobpf bench --pcap capture.pcap filter.o\n"
"    okobpf run --insns 'b7000000 2a000000 95000000 00000000'\n";

enum {
    OPT_SECTION = 256,
    OPT_JSON,
    OPT_LOG,
    OPT_INTERP,
    OPT_JIT,
    OPT_PACKET,
    OPT_PCAP,
    OPT_INSNS,
    OPT_MEM,
    OPT_IN_PORT,
    OPT_NOW,
    OPT_MAPS,
    OPT_TRACE,
    OPT_ROUNDS,
    OPT_BATCH,
};

static const struct option long_options[] = {
    { "section", required_argument, NULL, OPT_SECTION },
    { "json", no_argument, NULL, OPT_JSON },
    { "log", optional_argument, NULL, OPT_LOG },
    { "interp", no_argument, NULL, OPT_INTERP },
    { "jit", no_argument, NULL, OPT_JIT },
    { "packet", required_argument, NULL, OPT_PACKET },
    { "pcap", required_argument, NULL, OPT_PCAP },
    { "insns", required_argument, NULL, OPT_INSNS },
    { "mem", required_argument, NULL, OPT_MEM },
    { "in-port", required_argument, NULL, OPT_IN_PORT },
    { "now", required_argument, NULL, OPT_NOW },
    { "packets", required_argument, NULL, OPT_PCAP },
    { "maps", no_argument, NULL, OPT_MAPS },
    { "trace", no_argument, NULL, OPT_TRACE },
    { "batch", no_argument, NULL, OPT_BATCH },
    { "rounds", required_argument, NULL, OPT_ROUNDS },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static const struct command {
    const char *name;
    int (*run)(const struct tool_options *);
    bool is_run;                /* Takes the options of "run". */
    bool is_bench;              /* Takes those of "bench". */
} commands[] = {
    { "verify", cmd_verify, false, false },
    { "run", cmd_run, true, false },
    { "bench", cmd_bench, false, true },
    { "disasm", cmd_disasm, false, false },
    { "dump", cmd_dump, false, false },
};

static const struct command *
find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (!strcmp(commands[i].name, name)) {
            return &commands[i];
        }
    }
    return NULL;
}

static bool
parse_number(const char *name, const char *s, uint64_t max, uint64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoull(s, &end, 0);
    if (errno || end == s || *end || *s == '-' || *number > max) {
        tool_error("%s: expected a number up to %llu, got \"%s\"", name,
                   (unsigned long long) max, s);
        return false;
    }
    return true;
}

static uint64_t
clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Checks that 'command' takes the option 'c'.  If not, returns false after an
 * error message. */
static bool
check_option(int c, const struct command *command)
{
    bool for_run = c >= OPT_INTERP && c <= OPT_TRACE;
    bool for_bench = (c == OPT_INTERP || c == OPT_JIT || c == OPT_PACKET
                      || c == OPT_PCAP || c == OPT_IN_PORT
                      || c == OPT_ROUNDS || c == OPT_BATCH);

    if ((for_run && command->is_run) || (for_bench && command->is_bench)
        || (!for_run && !for_bench)) {
        return true;
    }
    tool_error("this option is for \"okobpf %s\" only",
               !for_bench ? "run" : !for_run ? "bench"
               : "run\" and \"okobpf bench");
    return false;
}

/* Parses one option.  Returns false, after an error message, if it is bad. */
static bool
parse_option(int c, const struct command *command,
             struct tool_options *options)
{
    uint64_t number;

    if (!check_option(c, command)) {
        return false;
    }
    switch (c) {
    case OPT_SECTION:
        options->section = optarg;
        return true;
    case OPT_JSON:
        options->json = true;
        return true;
    case OPT_LOG:
        options->want_log = true;
        options->log_file = optarg;
        return true;
    case OPT_INTERP:
        options->engine = OKOBPF_ENGINE_INTERPRETER;
        return true;
    case OPT_JIT:
        options->engine = OKOBPF_ENGINE_JIT;
        return true;
    case OPT_PACKET:
        options->packet = optarg;
        return true;
    case OPT_PCAP:
        options->pcap = optarg;
        return true;
    case OPT_INSNS:
        options->insns = optarg;
        return true;
    case OPT_MEM:
        options->mem = optarg;
        return true;
    case OPT_IN_PORT:
        if (!parse_number("--in-port", optarg, UINT32_MAX, &number)) {
            return false;
        }
        options->in_port = number;
        return true;
    case OPT_NOW:
        return parse_number("--now", optarg, UINT64_MAX, &options->now_ns);
    case OPT_MAPS:
        options->maps = true;
        return true;
    case OPT_TRACE:
        options->trace = true;
        return true;
    case OPT_BATCH:
        options->batch = true;
        return true;
    case OPT_ROUNDS:
        if (!parse_number("--rounds", optarg, 1000000, &number)) {
            return false;
        }
        if (!number) {
            tool_error("--rounds: expected a number from 1 up, got 0");
            return false;
        }
        options->n_rounds = number;
        return true;
    default:
        return false;           /* getopt_long() has said why. */
    }
}

/* Checks that the options go together. */
static bool
check_options(const struct command *command,
              const struct tool_options *options)
{
    if (options->insns) {
        if (options->file || options->packet || options->pcap) {
            tool_error("--insns takes no FILE and no packet, only --mem");
            return false;
        }
        return true;
    }
    if (!options->file) {
        tool_error("expected the name of an object file (see okobpf --help)");
        return false;
    }
    if (command->is_run && !options->packet == !options->pcap) {
        tool_error("expected either --packet=HEX or --pcap=FILE");
        return false;
    }
    if (options->packet && options->pcap) {
        tool_error("--packet and --pcap are two choices: take one");
        return false;
    }
    if (options->mem) {
        tool_error("--mem goes with --insns only");
        return false;
    }
    return true;
}

int
main(int argc, char *argv[])
{
    struct tool_options options = {
        .in_port = 1, .now_ns = clock_ns(), .n_rounds = 101,
    };
    const struct command *command;
    int c;

    if (argc < 2) {
        fputs(help, stderr);
        return EXIT_UNUSABLE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")
        || !strcmp(argv[1], "help")) {
        fputs(help, stdout);
        return 0;
    }
    command = find_command(argv[1]);
    if (!command) {
        return tool_error("unknown command \"%s\": expected verify, run, "
                          "bench, disasm or dump (see okobpf --help)",
                          argv[1]);
    }

    argc--;
    argv++;
    while ((c = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if (!parse_option(c, command, &options)) {
            return EXIT_UNUSABLE;
        }
    }
    if (argc - optind > 1) {
        return tool_error("expected one file, got \"%s\", too",
                          argv[optind + 1]);
    }
    options.file = optind < argc ? argv[optind] : NULL;
    if (!check_options(command, &options)) {
        return EXIT_UNUSABLE;
    }
    c = command->run(&options);
    if (fflush(stdout) || ferror(stdout)) {
        return tool_error("standard output: %m");
    }
    return c;
}
