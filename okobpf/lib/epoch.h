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


#ifndef OKOBPF_EPOCH_H
#define OKOBPF_EPOCH_H 1

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

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A thread that runs programs. */
struct epoch_thread;

/* Marks the beginning of a run in this thread, which must not be in one, and
 * its end.  epoch_exit() takes what epoch_enter() returned.  These cost one
 * atomic exchange, that is, some nanoseconds. */
struct epoch_thread *epoch_enter(void);
void epoch_exit(struct epoch_thread *);

/* Member of an object that waits. */
struct epoch_item {
    struct epoch_item *next;
    uint64_t epoch;
};

/* Objects that wait, in the order in which they were retired.  All zeros
 * initialize it.  The caller sees to it that one thread at a time uses it. */
struct epoch_queue {
    struct epoch_item *head, *tail;
    uint32_t n;
};

/* Adds 'item' to 'queue'.  Its object must be unreachable: a run that begins
 * from now on can't find it. */
void epoch_retire(struct epoch_queue *queue, struct epoch_item *item);

/* Takes the oldest object out of 'queue' and returns it, if no run can hold a
 * pointer to it, or returns NULL.  With 'try_hard', does all that can be done
 * at once to find out; otherwise, only now and then. */
struct epoch_item *epoch_reclaim(struct epoch_queue *queue, bool try_hard);

/* Advances the epoch if that is possible now, and returns it.  As long as it
 * stays the same, no more objects become free. */
uint64_t epoch_advance(void);

/* Takes the oldest object out of 'queue', whoever may hold it, or returns NULL
 * if there is none. */
struct epoch_item *epoch_pop(struct epoch_queue *queue);

#endif /* epoch.h */
