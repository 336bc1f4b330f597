/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The system calls: the kernel's headers and insn.h can't be in one file. */

#include "kernel.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "okobpf.h"

/* The last of the kernel's log: it keeps the end when there is no room. */
static char log_buf[256 * 1024];

static int
sys_bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
    return syscall(SYS_bpf, cmd, attr, sizeof *attr);
}

/* Loading. */

/* Gives this thread the rights of 'rights' as far as it had them at the start.
 * Returns false, with 'errno' set, if it can't. */
static bool
set_rights(enum kernel_rights rights)
{
    static enum kernel_rights now = KERNEL_ADMIN;
    static const int dropped[] = { CAP_SYS_ADMIN, CAP_PERFMON };
    struct __user_cap_header_struct header = {
        .version = _LINUX_CAPABILITY_VERSION_3,
    };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    if (rights == now) {
        return true;
    }
    if (syscall(SYS_capget, &header, data)) {
        return false;
    }
    for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++) {
        int word = CAP_TO_INDEX(dropped[i]);
        uint32_t bit = CAP_TO_MASK(dropped[i]);

        data[word].effective &= ~bit;
        if (rights == KERNEL_ADMIN) {
            data[word].effective |= data[word].permitted & bit;
        }
    }
    if (syscall(SYS_capset, &header, data)) {
        return false;
    }
    now = rights;
    return true;
}

/* Returns 0 if the kernel accepts the program, otherwise the error. */
static int
load(const struct bpf_insn *insns, uint32_t n, bool with_log)
{
    union bpf_attr attr;

    memset(&attr, 0, sizeof attr);
    attr.prog_type = BPF_PROG_TYPE_LWT_IN;
    attr.insns = (uintptr_t) insns;
    attr.insn_cnt = n;
    attr.license = (uintptr_t) "GPL";
    if (with_log) {
        log_buf[0] = '\0';
        attr.log_level = 1;
        attr.log_buf = (uintptr_t) log_buf;
        attr.log_size = sizeof log_buf;
    }

    int fd = sys_bpf(BPF_PROG_LOAD, &attr);
    if (fd < 0) {
        return errno;
    }
    close(fd);
    return 0;
}

const char *
kernel_unavailable(void)
{
    static const struct bpf_insn insns[] = {
        { .code = BPF_ALU64 | BPF_MOV | BPF_K },
        { .code = BPF_JMP | BPF_EXIT },
    };
    static char why[128];
    int error = load(insns, 2, false);

    if (error) {
        snprintf(why, sizeof why, "bpf(BPF_PROG_LOAD): %s",
                 strerrordesc_np(error));
        return why;
    }
    if (!set_rights(KERNEL_USER)) {
        snprintf(why, sizeof why, "capset(): %s", strerrordesc_np(errno));
        return why;
    }
    error = load(insns, 2, false);
    if (error) {
        snprintf(why, sizeof why, "bpf(BPF_PROG_LOAD) with no more than "
                 "CAP_BPF and CAP_NET_ADMIN: %s", strerrordesc_np(error));
        return why;
    }
    return NULL;
}

/* Moves '*start' and '*end' from one line of the log to the one before that
 * says something.  Returns false if there is none. */
static bool
previous_line(const char **start, const char **end)
{
    static const char *const idle[] = {
        "processed ", "func#", "old state:", "cur state:", "mark_precise:",
        "verification time", "stack depth", "insns processed",
    };
    const char *s = *start;

    while (s > log_buf) {
        bool skip;

        *end = s - (*(s - 1) == '\n');
        for (s = *end; s > log_buf && *(s - 1) != '\n'; s--) {
            continue;
        }
        skip = s == *end;
        for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
            skip = skip || !strncmp(s, idle[i], strlen(idle[i]));
        }
        if (!skip) {
            *start = s;
            return true;
        }
    }
    return false;
}

/* Stores the last line of the log that says something, with the one before if
 * they are about the same, in the 'size' bytes at 'message'. */
static void
last_words(char *message, size_t size)
{
    static const char access[] = "invalid access to ";
    const char *start = strchr(log_buf, '\0');
    const char *end;
    int n = 0;

    message[0] = '\0';
    if (!previous_line(&start, &end)) {
        return;
    }

    const char *before = start;
    const char *before_end;
    if (previous_line(&before, &before_end)
        && !strncmp(before, access, strlen(access))) {
        n = snprintf(message, size, "%.*s; ", (int) (before_end - before),
                     before);
    }
    if (n >= 0 && n < size) {
        snprintf(message + n, size - n, "%.*s", (int) (end - start), start);
    }
}

bool
kernel_accepts(const struct bpf_insn *insns, uint32_t n,
               enum kernel_rights rights, char *message, size_t size)
{
    log_buf[0] = message[0] = '\0';
    if (!set_rights(rights)) {
        snprintf(message, size, "capset(): %s", strerrordesc_np(errno));
        return false;
    }

    /* It is quicker without a log, which most programs don't need. */
    int error = load(insns, n, false);
    if (error && error != E2BIG) {
        error = load(insns, n, true);
        last_words(message, size);
    }
    if (error && !message[0]) {
        snprintf(message, size, "%s", strerrordesc_np(error));
    }
    return !error;
}

const char *
kernel_log(void)
{
    return log_buf;
}

/* Maps. */

static int
map_create(uint32_t type, uint32_t key_size, uint32_t value_size,
           uint32_t max_entries, uint32_t flags)
{
    union bpf_attr attr;

    memset(&attr, 0, sizeof attr);
    attr.map_type = type;
    attr.key_size = key_size;
    attr.value_size = value_size;
    attr.max_entries = max_entries;
    attr.map_flags = flags;
    return sys_bpf(BPF_MAP_CREATE, &attr);
}

int
kernel_map_create(uint32_t type, uint32_t key_size, uint32_t value_size,
                  uint32_t max_entries, const void *constant)
{
    if (constant) {
        int fd = map_create(BPF_MAP_TYPE_ARRAY, key_size, value_size,
                            max_entries, BPF_F_RDONLY_PROG);
        union bpf_attr attr;
        uint32_t key = 0;

        memset(&attr, 0, sizeof attr);
        attr.map_fd = fd;
        attr.key = (uintptr_t) &key;
        attr.value = (uintptr_t) constant;
        if (fd < 0 || sys_bpf(BPF_MAP_UPDATE_ELEM, &attr)) {
            return -1;
        }
        memset(&attr, 0, sizeof attr);
        attr.map_fd = fd;
        return sys_bpf(BPF_MAP_FREEZE, &attr) ? -1 : fd;
    }

    switch (type) {
    case OKOBPF_MAP_ARRAY:
        return map_create(BPF_MAP_TYPE_ARRAY, key_size, value_size,
                          max_entries, 0);
    case OKOBPF_MAP_PERCPU_ARRAY:
        return map_create(BPF_MAP_TYPE_PERCPU_ARRAY, key_size, value_size,
                          max_entries, 0);
    case OKOBPF_MAP_PERCPU_HASH:
        return map_create(BPF_MAP_TYPE_PERCPU_HASH, key_size, value_size,
                          max_entries, 0);
    case OKOBPF_MAP_LRU_HASH:
        return map_create(BPF_MAP_TYPE_LRU_HASH, key_size, value_size,
                          max_entries, 0);
    case OKOBPF_MAP_LPM_TRIE:
        return map_create(BPF_MAP_TYPE_LPM_TRIE, key_size, value_size,
                          max_entries, BPF_F_NO_PREALLOC);
    case OKOBPF_MAP_BLOOM:
    case OKOBPF_MAP_COUNTMIN:
        /* Sketches answer as if they mapped items to numbers. */
        return map_create(BPF_MAP_TYPE_HASH, key_size, 4, max_entries,
                          BPF_F_NO_PREALLOC);
    default:
        return map_create(BPF_MAP_TYPE_HASH, key_size, value_size,
                          max_entries, BPF_F_NO_PREALLOC);
    }
}

int
kernel_packet_create(uint32_t size)
{
    return map_create(BPF_MAP_TYPE_ARRAY, 4, size, 1, BPF_F_RDONLY_PROG);
}
