/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The running kernel's verifier, to compare ours with.
 *
 * Programs are only loaded, never attached.  Their type is LWT_IN, which has a
 * packet that can only be read, as ours. */

#ifndef OKOBPF_TESTS_KERNEL_H
#define OKOBPF_TESTS_KERNEL_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_insn;
struct image;

/* As whom to load a program.  The administrator may do what is no danger to
 * anyone but himself: addresses are numbers to him.  A user with no more than
 * CAP_BPF and CAP_NET_ADMIN may not; for him, the kernel also refuses what a
 * processor could only do speculatively. */
enum kernel_rights {
    KERNEL_ADMIN,
    KERNEL_USER,
};

/* Returns NULL if this process may load programs, or else why it may not. */
const char *kernel_unavailable(void);

/* Creates what comes closest to a map of ours.  'constant', if not NULL, makes
 * an array of one value that never changes.  Returns a file descriptor, or -1
 * with 'errno' set. */
int kernel_map_create(uint32_t type, uint32_t key_size, uint32_t value_size,
                      uint32_t max_entries, const void *constant);

/* Creates an array of one value of 'size' bytes that programs can't write, to
 * stand for a packet.  Returns as kernel_map_create(). */
int kernel_packet_create(uint32_t size);

/* Whether the kernel accepts the program.  If it doesn't, stores the last
 * words of its log, "" if it has none, in the 'size' bytes at 'message', and
 * keeps the end of the log for kernel_log(). */
bool kernel_accepts(const struct bpf_insn *, uint32_t n, enum kernel_rights,
                    char *message, size_t size);
const char *kernel_log(void);

/* kernel-program.c */

/* What a program becomes for the kernel. */
struct kernel_program {
    struct bpf_insn *insns;
    uint32_t n;
};

/* The packet of a program of the first ABI, of which the kernel has no like:
 * memory of 'len' bytes in the map 'fd', and its length a constant.  What is
 * safe for packets of all lengths is for this one. */
struct kernel_packet {
    int fd;
    uint32_t len;
};

/* What our verifier found of an instruction. */
enum {
    WAY_HERE = 1,               /* It is reached. */
    WAY_ON = 2,                 /* If a branch: it is not taken. */
    WAY_OFF = 4,                /* If a branch: it is taken. */
};

/* Translates the program in 'image', whose maps are the file descriptors
 * 'map_fds', into one that the kernel should accept if and only if it is safe.
 * 'ways', if not NULL, has WAY_* for each instruction: what is not reached is
 * left out, and branches that go only one way are none.
 *
 * Returns NULL and fills in 'program', whose 'insns' the caller must free(),
 * or returns why the kernel has nothing that comes close enough. */
const char *kernel_translate(const struct image *image, const int map_fds[],
                             const struct kernel_packet *, const uint8_t *ways,
                             struct kernel_program *program);

#endif /* tests/kernel.h */
