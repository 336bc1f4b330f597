/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Waiting for running programs.
 *
 * A program may hold a pointer to a map's value until its run ends.  The
 * host's grace period (see 'defer' in 'struct okobpf_host') covers that, but
 * it also covers all that the host's threads do, and may take long.  A map
 * that gives up entries with each packet can't wait for it: memory would grow
 * without bound.  This waits for the runs only.
 *
 * The method is epoch-based reclamation (K. Fraser, "Practical lock-freedom",
 * 2004, section 5.2.3).  There is a global epoch.  Each run announces the
 * epoch it began in, and the epoch advances only when all present runs began
 * in it.  What was made unreachable in an epoch can have no holder when the
 * epoch has advanced twice since. */

#ifndef OKOBPF_EPOCH_H
#define OKOBPF_EPOCH_H 1

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A thread that runs programs. */
struct epoch_thread;

/* Marks the beginning of a run in this thread, which must not be in one, and
 * its end.  okobpf_epoch_exit() takes what okobpf_epoch_enter() returned.
 * These cost one atomic exchange, that is, some nanoseconds. */
struct epoch_thread *okobpf_epoch_enter(void);
void okobpf_epoch_exit(struct epoch_thread *);

/* Returns the present epoch.  What the caller made unreachable before is free
 * when it is 2 more: a run that begins from now on can't find it. */
uint64_t okobpf_epoch_get(void);

/* Advances the epoch if that is possible now, and returns it. */
uint64_t okobpf_epoch_advance(void);

#endif /* epoch.h */
