/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What the files of the okobpf command share. */

#ifndef OKOBPF_TOOL_H
#define OKOBPF_TOOL_H 1

#include <stdio.h>
#include "../lib/image.h"

/* Exit statuses. */
enum {
    EXIT_ACCEPTED = 0,
    EXIT_REFUSED = 1,           /* By the verifier. */
    EXIT_UNUSABLE = 2,          /* Bad file, or bad command line. */
};

/* What the command line says, for all commands. */
struct tool_options {
    const char *file;           /* "-" for standard input. */
    const char *section;        /* NULL for the first. */
    bool json;
    bool want_log;
    const char *log_file;       /* NULL for standard error. */

    /* Run. */
    enum okobpf_engine engine;
    const char *packet;         /* In hex, or NULL. */
    const char *pcap;           /* Name of a file, or NULL. */
    const char *insns;          /* In hex, or NULL: run these. */
    const char *mem;            /* In hex, or NULL. */
    uint32_t in_port;
    uint64_t now_ns;
    bool maps;                  /* Print the maps afterward. */
    bool trace;                 /* Print what is asked of maps. */

    /* Bench. */
    uint32_t n_rounds;          /* Samples of each engine. */
    bool batch;                 /* In batches, too. */
};

int cmd_verify(const struct tool_options *);
int cmd_disasm(const struct tool_options *);
int cmd_dump(const struct tool_options *);
int cmd_run(const struct tool_options *);
int cmd_bench(const struct tool_options *);

/* run.c.  The host of programs: prints on standard error what they print. */
extern const struct okobpf_host tool_host;

/* run-insns.c.  Runs the instructions 'options->insns'. */
int run_insns(const struct tool_options *);

/* run-insns.c.  Says on standard error that 'prog' has no machine code, and
 * why, unless 'options' asked for the interpreter. */
void tool_note_engine(const struct tool_options *, const struct okobpf_prog *);

/* Loads 'options->file' and prints a refusal, and the log if it was asked for.
 * Returns NULL, with the exit status in '*status', if that fails. */
struct okobpf_prog *tool_load(const struct tool_options *,
                              const struct okobpf_host *, int *status);

/* packets.c. */

struct tool_packet {
    uint8_t *data;
    uint32_t len;
};

struct tool_packets {
    struct tool_packet *packets;
    size_t n, allocated;
};

/* Reads the packet or the capture that 'options' name.  Returns the exit
 * status, EXIT_UNUSABLE after an error message: 'packets' then has those
 * before the error.  The caller must free them with tool_free_packets(). */
int tool_read_packets(const struct tool_options *, struct tool_packets *);
void tool_free_packets(struct tool_packets *);

/* Sets the members of '*ctx' that depend on the packet, as the switch does. */
void tool_set_packet(struct oko_ctx *ctx, const struct tool_packet *);

/* The exit status for a report. */
int tool_exit_status(const struct okobpf_report *);

/* util.c. */

/* Prints "okobpf: ", a message and a new-line on standard error, and returns
 * EXIT_UNUSABLE. */
int tool_error(const char *format, ...)
    __attribute__((__format__(__printf__, 1, 2)));

/* Reads the whole of the file 'name'.  Returns its content, which the caller
 * must free(), and stores its size in '*size', or prints an error and returns
 * NULL. */
uint8_t *tool_read_file(const char *name, size_t *size);

/* Converts 's', pairs of hex digits with space between them or not, to bytes.
 * Returns these, which the caller must free(), and stores their number in
 * '*n', or prints an error that calls 's' by 'what' and returns NULL. */
uint8_t *tool_parse_hex(const char *what, const char *s, size_t *n);

void tool_print_hex(const uint8_t *, size_t n, const char *separator);

/* JSON: values of a growing object or array on standard output.  'name' is
 * NULL in an array. */
struct json {
    bool comma;                 /* Before the next value. */
};
void json_open(struct json *, const char *name, char bracket);
void json_close(struct json *, char bracket);
void json_string(struct json *, const char *name, const char *value);
void json_number(struct json *, const char *name, uint64_t value);
void json_real(struct json *, const char *name, double value);
void json_bool(struct json *, const char *name, bool value);
void json_hex(struct json *, const char *name, const uint8_t *, size_t n);

/* Program and maps, as text or JSON. */
void print_map_specs(const struct image *, struct json *);
void print_maps(const struct okobpf_prog *, struct json *);

#endif /* tool.h */
