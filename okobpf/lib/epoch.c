/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "epoch.h"

#include <pthread.h>
#include <stddef.h>

/* Alone in its cache line: each run writes it. */
struct epoch_thread {
    _Atomic uint64_t epoch;     /* Of the present run, or 0. */
    struct epoch_thread *next;  /* In 'threads'. */
    bool registered;
} __attribute__((__aligned__(64)));

/* Begins with 1, since 0 means that there is no run. */
static _Atomic uint64_t global_epoch = 1;

/* Runs in threads that could not be registered: the epoch stands still while
 * there are any. */
static _Atomic uint64_t n_anonymous;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct epoch_thread *threads; /* Under 'mutex'. */

static __thread struct epoch_thread self;

/* Threads. */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool have_key;

/* Called when a thread ends. */
static void
unregister(void *thread_)
{
    struct epoch_thread *thread = thread_;
    struct epoch_thread **p;

    pthread_mutex_lock(&mutex);
    for (p = &threads; *p; p = &(*p)->next) {
        if (*p == thread) {
            *p = thread->next;
            break;
        }
    }
    thread->registered = false;
    pthread_mutex_unlock(&mutex);
}

static void
create_key(void)
{
    have_key = !pthread_key_create(&key, unregister);
}

/* Registers this thread.  Returns false if it can't be: its end would go
 * unnoticed. */
static bool
register_self(void)
{
    pthread_once(&once, create_key);
    if (!have_key || pthread_setspecific(key, &self)) {
        return false;
    }
    pthread_mutex_lock(&mutex);
    self.next = threads;
    threads = &self;
    self.registered = true;
    pthread_mutex_unlock(&mutex);
    return true;
}

struct epoch_thread *
okobpf_epoch_enter(void)
{
    uint64_t epoch;

    if (!self.registered && !register_self()) {
        atomic_fetch_add_explicit(&n_anonymous, 1, memory_order_seq_cst);
        return NULL;
    }

    /* An exchange rather than a store: what the run reads must not be older
     * than what others see here.  If advance() finds no run here, then the
     * exchange comes after it and sees all that was done before it. */
    epoch = atomic_load_explicit(&global_epoch, memory_order_acquire);
    atomic_exchange_explicit(&self.epoch, epoch, memory_order_seq_cst);
    return &self;
}

void
okobpf_epoch_exit(struct epoch_thread *thread)
{
    if (thread) {
        atomic_store_explicit(&thread->epoch, 0, memory_order_release);
    } else {
        atomic_fetch_sub_explicit(&n_anonymous, 1, memory_order_release);
    }
}

/* Advances the epoch if all present runs began in it. */
static void
advance(void)
{
    uint64_t epoch;

    /* Another thread is at it. */
    if (pthread_mutex_trylock(&mutex)) {
        return;
    }
    epoch = atomic_load_explicit(&global_epoch, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&n_anonymous, 0, memory_order_seq_cst)) {
        goto out;
    }
    for (struct epoch_thread *t = threads; t; t = t->next) {
        /* Reads by writing, so that the exchange of a run that begins later
         * follows it. */
        uint64_t e = atomic_fetch_add_explicit(&t->epoch, 0,
                                               memory_order_seq_cst);

        if (e && e != epoch) {
            goto out;
        }
    }
    atomic_fetch_add_explicit(&global_epoch, 1, memory_order_seq_cst);

out:
    pthread_mutex_unlock(&mutex);
}

uint64_t
okobpf_epoch_advance(void)
{
    advance();
    return atomic_load_explicit(&global_epoch, memory_order_acquire);
}

uint64_t
okobpf_epoch_get(void)
{
    /* Reads by writing: the advance to the next epoch comes after this, and
     * so after what made an object unreachable. */
    return atomic_fetch_add_explicit(&global_epoch, 0, memory_order_seq_cst);
}
