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

#include <config.h>
#include "filter-prog.h"

#include "bitmap.h"
#include "dp-packet.h"
#include "ovs-atomic.h"
#include "ovs-numa.h"
#include "ovs-rcu.h"
#include "ovs-thread.h"
#include "seq.h"
#include "openvswitch/shash.h"
#include "smap.h"
#include "timeval.h"
#include "util.h"
#include "openvswitch/vlog.h"

VLOG_DEFINE_THIS_MODULE(filter_prog);

/* Handles.
 *
 * The low bits of a handle are an index into 'programs', the high bits count
 * how often the index was used before, so that 2**20 programs have to come and
 * go before a handle is used again.  Index 0 is not used. */
#define INDEX_BITS 12
BUILD_ASSERT_DECL(FILTER_PROG_MAX == (1u << INDEX_BITS) - 1);

/* One load of a program.  Replaced as a whole. */
struct filter_prog_load {
    struct okobpf_prog *prog;
    void *elf;                  /* As it was loaded. */
    size_t elf_len;
    long long int time;         /* When, in ms since the epoch. */
    uint64_t memory;            /* Its part of 'memory_used', in bytes. */
};

/* Maps that the programs of a bridge share. */
struct filter_prog_scope {
    struct okobpf_map_scope *maps;
    unsigned int n_users;       /* Programs, loaded or being loaded. */
};

/* Counters of one slot, written by its owner only. */
struct slot_stats {
    PADDED_MEMBERS(CACHE_LINE_SIZE,
        atomic_uint64_t n_runs;
        atomic_uint64_t n_matches;
    );
};

struct filter_prog {
    struct ovs_refcount refcnt;
    uint32_t handle;            /* Nonzero. */
    uint32_t number;            /* In OpenFlow. */
    char *owner;                /* Name of the bridge, for messages. */
    bool retired;               /* filter_prog_retire() was called. */
    OVSRCU_TYPE(struct filter_prog_load *) load;

    /* Of each slot and, as the last, of threads without a slot. */
    struct slot_stats *stats;
};

static struct ovs_mutex mutex = OVS_MUTEX_INITIALIZER;

/* Written under 'mutex', read under RCU. */
static OVSRCU_TYPE(struct filter_prog *) programs[FILTER_PROG_MAX + 1];

/* How often each index was used before. */
static uint32_t generations[FILTER_PROG_MAX + 1] OVS_GUARDED_BY(mutex);

static struct okobpf_limits limits OVS_GUARDED_BY(mutex);

/* Memory of all loads together, in bytes, and how much it may be. */
#define DEFAULT_TOTAL_MEMORY (UINT64_C(1) << 30)
static uint64_t total_memory OVS_GUARDED_BY(mutex) = DEFAULT_TOTAL_MEMORY;
static uint64_t memory_used OVS_GUARDED_BY(mutex);

/* Loads that are to be destroyed after a grace period, and a sequence number
 * that changes when one was. */
static int n_doomed OVS_GUARDED_BY(mutex);
static struct seq *doomed_seq;

DEFINE_STATIC_PER_THREAD_DATA(uint64_t, last_doomed_seqno, 0);

/* By the bridge's name: "struct filter_prog_scope"s. */
static struct shash scopes OVS_GUARDED_BY(mutex)
    = SHASH_INITIALIZER(&scopes);

/* Bit set: slot in use.  'host.n_slots' bits. */
static unsigned long *slots OVS_GUARDED_BY(mutex);
static atomic_uint32_t n_free_slots = 0;

static void
log_line(const char *prog_name, const char *line)
{
    VLOG_INFO("%s: %s", prog_name, line);
}

static void
defer(void (*function)(void *aux), void *aux)
{
    ovsrcu_postpone__(function, aux);
}

/* 'n_slots' is set in filter_prog_init() and not changed later. */
static struct okobpf_host host = {
    .defer = defer,
    .print = log_line,
    /* As VLOG_RATE_LIMIT_INIT() would have it, but for each program. */
    .print_rate = 60,
    .print_burst = 60,
};

/* Initializes the module.  May be called more than once. */
void
filter_prog_init(void)
{
    static struct ovsthread_once once = OVSTHREAD_ONCE_INITIALIZER;

    if (ovsthread_once_start(&once)) {
        int n_cores = ovs_numa_get_n_cores();

        /* One thread a core polls ports; other threads that execute actions
         * share one slot in each datapath, of which there are few. */
        host.n_slots = (n_cores == OVS_CORE_UNSPEC ? 1 : n_cores) + 4;

        ovs_mutex_lock(&mutex);
        slots = bitmap_allocate(host.n_slots);
        atomic_store_relaxed(&n_free_slots, host.n_slots);
        limits = okobpf_default_limits;
        ovs_mutex_unlock(&mutex);
        doomed_seq = seq_create();

        ovsthread_once_done(&once);
    }
}

/* Returns the number that 'other_config' has for 'key', from 'min' to 'max',
 * or 'def' if it has none that is good. */
static uint64_t
get_limit(const struct smap *other_config, const char *key,
          uint64_t min, uint64_t max, uint64_t def)
{
    const char *s = smap_get(other_config, key);
    unsigned long long int value;

    if (!s) {
        return def;
    }
    if (!str_to_ullong(s, 10, &value) || value < min || value > max) {
        static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

        VLOG_WARN_RL(&rl, "other_config:%s: expected a number from %"PRIu64
                     " to %"PRIu64", got \"%s\": using %"PRIu64,
                     key, min, max, s, def);
        return def;
    }
    return value;
}

/* Lets verification take 'ms' of CPU time, several times as much time if other
 * threads have the CPU, and if it is more than by default, as many more
 * instructions. */
static void
set_verify_time(struct okobpf_limits *new, uint64_t ms)
{
    const struct okobpf_limits *def = &okobpf_default_limits;
    uint64_t ns = ms * 1000000;
    uint64_t factor = MAX(ns / def->max_verify_ns, 1);

    new->max_verify_ns = ns;
    new->max_verify_wall_ns = ns * 5;
    new->max_visits = MIN(def->max_visits * factor, UINT32_MAX);
}

/* Makes later loads observe the limits in 'other_config', a column of the
 * database.  Programs that are there already stay. */
void
filter_prog_configure(const struct smap *other_config)
{
    const struct okobpf_limits *def = &okobpf_default_limits;
    struct okobpf_limits new = *def;

    filter_prog_init();

    /* No object has room for more instructions. */
    new.max_insns = get_limit(other_config, "filter-prog-max-insns", 1,
                              def->max_object_size / 8, def->max_insns);
    new.max_map_memory = get_limit(other_config, "filter-prog-max-map-memory",
                                   0, INT64_MAX, def->max_map_memory);
    new.max_work = get_limit(other_config, "filter-prog-max-work", 1,
                             INT64_MAX, def->max_work);
    set_verify_time(&new, get_limit(other_config,
                                    "filter-prog-max-verify-time", 1, 60000,
                                    def->max_verify_ns / 1000000));

    ovs_mutex_lock(&mutex);
    limits = new;
    total_memory = get_limit(other_config, "filter-prog-total-memory", 0,
                             INT64_MAX, DEFAULT_TOTAL_MEMORY);
    ovs_mutex_unlock(&mutex);
}

/* Stores the limits for loads in '*limits_'. */
void
filter_prog_get_limits(struct okobpf_limits *limits_)
{
    filter_prog_init();

    ovs_mutex_lock(&mutex);
    *limits_ = limits;
    ovs_mutex_unlock(&mutex);
}

/* Returns how much memory a load may take that replaces 'old', which may be
 * NULL. */
static uint64_t
memory_left(const struct filter_prog_load *old)
{
    uint64_t used, total;

    ovs_mutex_lock(&mutex);
    used = memory_used - (old ? old->memory : 0);
    total = total_memory;
    ovs_mutex_unlock(&mutex);

    return used < total ? total - used : 0;
}

/* Makes '*report' a refusal because of the memory of all programs. */
static void
report_no_memory_left(struct okobpf_report *report, uint64_t needed,
                      uint64_t left)
{
    okobpf_report_uninit(report);
    *report = (struct okobpf_report) {
        .status = OKOBPF_LIMIT,
        .insn = -1,
        .reason = xasprintf("the program takes %"PRIu64" bytes, where %"PRIu64
                            " are left for all programs together",
                            needed, left),
        .advice = xstrdup("unload other programs, or raise "
                          "other_config:filter-prog-total-memory"),
    };
}

/* Charges 'n_bytes' to the memory of all programs.  Returns true if
 * successful.  If that would be over the limit, makes '*report' a refusal,
 * unless 'report' is null, and returns false. */
bool
filter_prog_charge(uint64_t n_bytes, struct okobpf_report *report)
{
    uint64_t left;
    bool ok;

    filter_prog_init();

    ovs_mutex_lock(&mutex);
    left = memory_used < total_memory ? total_memory - memory_used : 0;
    ok = n_bytes <= left;
    if (ok) {
        memory_used += n_bytes;
    }
    ovs_mutex_unlock(&mutex);

    if (!ok && report) {
        report_no_memory_left(report, n_bytes, left);
    }
    return ok;
}

/* Reverses filter_prog_charge(n_bytes). */
void
filter_prog_uncharge(uint64_t n_bytes)
{
    ovs_mutex_lock(&mutex);
    memory_used -= n_bytes;
    ovs_mutex_unlock(&mutex);
}

/* Returns the maps that programs of bridge 'owner' share.  The caller must
 * give them back with put_scope(). */
static struct okobpf_map_scope *
get_scope(const char *owner)
{
    struct filter_prog_scope *scope;

    ovs_mutex_lock(&mutex);
    scope = shash_find_data(&scopes, owner);
    if (!scope) {
        scope = xzalloc(sizeof *scope);
        scope->maps = okobpf_map_scope_create();
        if (!scope->maps) {
            out_of_memory();
        }
        shash_add(&scopes, owner, scope);
    }
    scope->n_users++;
    ovs_mutex_unlock(&mutex);

    return scope->maps;
}

/* Reverses get_scope(owner). */
static void
put_scope(const char *owner)
{
    struct filter_prog_scope *scope;

    ovs_mutex_lock(&mutex);
    scope = shash_find_data(&scopes, owner);
    if (!--scope->n_users) {
        shash_find_and_delete(&scopes, owner);
        okobpf_map_scope_unref(scope->maps);
        free(scope);
    }
    ovs_mutex_unlock(&mutex);
}

/* Loads a program that may take 'left' bytes, to replace 'old', which may be
 * NULL. */
static struct filter_prog_load *
filter_prog_load__(const char *owner, uint32_t number,
                   const void *elf, size_t elf_len, uint64_t left,
                   const struct filter_prog_load *old, enum okobpf_keep keep,
                   bool want_log, struct okobpf_report *report)
{
    struct okobpf_limits current_limits;

    if (elf_len > left) {
        memset(report, 0, sizeof *report);
        report_no_memory_left(report, elf_len, left);
        return NULL;
    }
    filter_prog_get_limits(&current_limits);
    current_limits.map_memory_left = left - elf_len;

    char *print_name = xasprintf("bridge %s: filter program %"PRIu32,
                                 owner, number);
    struct okobpf_map_scope *scope = get_scope(owner);
    struct okobpf_options options = {
        .limits = &current_limits,
        .host = &host,
        .scope = scope,
        .engine = OKOBPF_ENGINE_AUTO,
        .want_log = want_log,
        .print_name = print_name,
        .keep_maps = old ? old->prog : NULL,
        .keep = keep,
    };
    struct okobpf_prog *prog = okobpf_load(elf, elf_len, &options, report);
    free(print_name);
    put_scope(owner);
    if (!prog) {
        return NULL;
    }
    if (report->notes) {
        VLOG_INFO("bridge %s: filter program %"PRIu32": %s",
                  owner, number, report->notes);
    }

    const struct okobpf_prog_info *info = okobpf_prog_info(prog);
    if (info->jit_error) {
        VLOG_INFO_ONCE("the interpreter runs filter programs, slower than "
                       "machine code would, of which there is none: %s",
                       info->jit_error);
    }

    uint64_t memory = elf_len + info->map_memory + info->jited_len
                      + info->n_insns * UINT64_C(16);
    if (memory > left) {
        okobpf_prog_destroy(prog);
        report_no_memory_left(report, memory, left);
        return NULL;
    }

    struct filter_prog_load *load = xmalloc(sizeof *load);
    *load = (struct filter_prog_load) {
        .prog = prog,
        .elf = xmemdup(elf, elf_len),
        .elf_len = elf_len,
        .time = time_wall_msec(),
        .memory = memory,
    };
    ovs_mutex_lock(&mutex);
    memory_used += memory;
    ovs_mutex_unlock(&mutex);
    return load;
}

/* Notes that a load is going to be destroyed after a grace period. */
static void
doom_load(void)
{
    ovs_mutex_lock(&mutex);
    n_doomed++;
    ovs_mutex_unlock(&mutex);
}

/* Notes that this has come to pass. */
static void
undoom_load(void)
{
    ovs_mutex_lock(&mutex);
    n_doomed--;
    ovs_mutex_unlock(&mutex);
    seq_change(doomed_seq);
}

/* Returns true if loads are yet to be destroyed. */
bool
filter_prog_is_memory_pending(void)
{
    bool pending;

    filter_prog_init();

    /* For filter_prog_memory_wait(): read before what it tells of. */
    *last_doomed_seqno_get() = seq_read(doomed_seq);

    ovs_mutex_lock(&mutex);
    pending = n_doomed > 0;
    ovs_mutex_unlock(&mutex);

    return pending;
}

/* Wakes up the poll loop when the last call of filter_prog_is_memory_pending()
 * in this thread may have become untrue. */
void
filter_prog_memory_wait(void)
{
    seq_wait(doomed_seq, *last_doomed_seqno_get());
}

/* Loads an object to replace 'old', which may be NULL. */
static struct filter_prog_load *
filter_prog_load(const char *owner, uint32_t number,
                 const void *elf, size_t elf_len,
                 const struct filter_prog_load *old, enum okobpf_keep keep,
                 bool want_log, struct okobpf_report *report)
{
    uint64_t left = memory_left(old);

    return filter_prog_load__(owner, number, elf, elf_len, left, old, keep,
                              want_log, report);
}

static void
filter_prog_load_destroy(struct filter_prog_load *load)
{
    okobpf_prog_destroy(load->prog);

    ovs_mutex_lock(&mutex);
    memory_used -= load->memory;
    ovs_mutex_unlock(&mutex);

    free(load->elf);
    free(load);
}

/* As filter_prog_load_destroy(), of a load that doom_load() was called for. */
static void
filter_prog_load_destroy_doomed(struct filter_prog_load *load)
{
    filter_prog_load_destroy(load);
    undoom_load();
}

/* Gives 'fp' a handle and makes it visible under it.  Returns false if there
 * are FILTER_PROG_MAX programs already. */
static bool
filter_prog_publish(struct filter_prog *fp)
{
    bool found = false;

    ovs_mutex_lock(&mutex);
    for (uint32_t i = 1; i <= FILTER_PROG_MAX && !found; i++) {
        if (!ovsrcu_get_protected(struct filter_prog *, &programs[i])) {
            fp->handle = generations[i]++ << INDEX_BITS | i;
            ovsrcu_set(&programs[i], fp);
            found = true;
        }
    }
    ovs_mutex_unlock(&mutex);

    return found;
}

/* Loads the ELF object in the 'elf_len' bytes at 'elf', which may be hostile,
 * as program 'number' of bridge 'owner'.  If 'want_log' is true, the report
 * has the verifier's whole log.
 *
 * Returns the new program, with a reference for the caller, or NULL with the
 * reason in '*report'.  In both cases the caller must call
 * okobpf_report_uninit(report) afterward.
 *
 * The caller must make sure that numbers are unique in a bridge. */
struct filter_prog *
filter_prog_create(const char *owner, uint32_t number,
                   const void *elf, size_t elf_len, bool want_log,
                   struct okobpf_report *report)
{
    struct filter_prog_load *load;

    /* From now on for as long as there is the program: what it shares must be
     * found by those that are loaded later. */
    filter_prog_init();
    get_scope(owner);
    load = filter_prog_load(owner, number, elf, elf_len, NULL,
                            OKOBPF_KEEP_OR_REFUSE, want_log, report);
    if (!load) {
        put_scope(owner);
        return NULL;
    }

    struct filter_prog *fp = xzalloc(sizeof *fp);
    ovs_refcount_init(&fp->refcnt);
    fp->number = number;
    fp->owner = xstrdup(owner);
    ovsrcu_init(&fp->load, load);
    fp->stats = xzalloc_cacheline((host.n_slots + 1)
                                  * sizeof *fp->stats);

    if (!filter_prog_publish(fp)) {
        report->status = OKOBPF_LIMIT;
        free(report->reason);
        report->reason = xasprintf("this switch has %d filter programs, its "
                                   "limit, already", FILTER_PROG_MAX);
        free_cacheline(fp->stats);
        put_scope(fp->owner);
        free(fp->owner);
        free(fp);
        filter_prog_load_destroy(load);
        return NULL;
    }

    VLOG_INFO("bridge %s: loaded filter program %"PRIu32" (%s)",
              owner, number, okobpf_prog_info(load->prog)->name);
    return fp;
}

/* Replaces the ELF object of 'fp', without a moment in between in which
 * packets would see no program.  'keep' says what becomes of its maps; the
 * report tells it.
 *
 * Returns true if successful.  Otherwise returns false with the reason in
 * '*report', and 'fp' is as it was.  In both cases the caller must call
 * okobpf_report_uninit(report) afterward. */
bool
filter_prog_replace(struct filter_prog *fp, const void *elf, size_t elf_len,
                    enum okobpf_keep keep, bool want_log,
                    struct okobpf_report *report)
{
    struct filter_prog_load *old, *new;

    old = ovsrcu_get_protected(struct filter_prog_load *, &fp->load);
    new = filter_prog_load(fp->owner, fp->number, elf, elf_len, old, keep,
                           want_log, report);
    if (!new) {
        return false;
    }

    ovsrcu_set(&fp->load, new);
    doom_load();
    ovsrcu_postpone(filter_prog_load_destroy_doomed, old);
    VLOG_INFO("bridge %s: replaced filter program %"PRIu32" (%s)",
              fp->owner, fp->number, okobpf_prog_info(new->prog)->name);
    return true;
}

/* Tries to take a reference to 'fp', found under RCU.  Returns false if it is
 * being destroyed. */
bool
filter_prog_try_ref(const struct filter_prog *fp_)
{
    struct filter_prog *fp = CONST_CAST(struct filter_prog *, fp_);

    return ovs_refcount_try_ref_rcu(&fp->refcnt);
}

static void
filter_prog_destroy(struct filter_prog *fp)
{
    filter_prog_load_destroy_doomed(
        ovsrcu_get_protected(struct filter_prog_load *, &fp->load));
    free_cacheline(fp->stats);
    put_scope(fp->owner);
    free(fp->owner);
    free(fp);
}

/* Notes that 'fp', which its bridge gives up, is going to be destroyed as soon
 * as nothing refers to it any more. */
void
filter_prog_retire(struct filter_prog *fp)
{
    ovs_assert(!fp->retired);
    fp->retired = true;
    doom_load();
}

/* Drops a reference to 'fp'.  Destroys 'fp', after a grace period, if it was
 * the last one. */
void
filter_prog_unref(struct filter_prog *fp)
{
    if (fp && ovs_refcount_unref_relaxed(&fp->refcnt) == 1) {
        uint32_t index = fp->handle & FILTER_PROG_MAX;

        VLOG_INFO("bridge %s: unloaded filter program %"PRIu32,
                  fp->owner, fp->number);

        ovs_mutex_lock(&mutex);
        ovsrcu_set(&programs[index], NULL);
        ovs_mutex_unlock(&mutex);

        if (!fp->retired) {
            doom_load();
        }
        ovsrcu_postpone(filter_prog_destroy, fp);
    }
}

/* Returns the handle of 'fp' in the datapath. */
uint32_t
filter_prog_handle(const struct filter_prog *fp)
{
    return fp->handle;
}

/* Returns the number of 'fp' in OpenFlow. */
uint32_t
filter_prog_number(const struct filter_prog *fp)
{
    return fp->number;
}

/* Returns the name of the bridge that 'fp' belongs to. */
const char *
filter_prog_owner(const struct filter_prog *fp)
{
    return fp->owner;
}

static const struct filter_prog_load *
filter_prog_get_load(const struct filter_prog *fp)
{
    return ovsrcu_get(struct filter_prog_load *, &fp->load);
}

/* Returns the current image of 'fp', for its description and its maps. */
const struct okobpf_prog *
filter_prog_image(const struct filter_prog *fp)
{
    return filter_prog_get_load(fp)->prog;
}

/* Returns the ELF object of 'fp' and stores its length in '*elf_len'. */
const void *
filter_prog_elf(const struct filter_prog *fp, size_t *elf_len)
{
    const struct filter_prog_load *load = filter_prog_get_load(fp);

    *elf_len = load->elf_len;
    return load->elf;
}

/* Returns the time of the last load or replacement of 'fp', in milliseconds
 * since the epoch. */
long long int
filter_prog_load_time(const struct filter_prog *fp)
{
    return filter_prog_get_load(fp)->time;
}

/* Stores the counters of 'fp', the sum of all threads', in '*stats'. */
void
filter_prog_get_stats(const struct filter_prog *fp,
                      struct filter_prog_stats *stats)
{
    memset(stats, 0, sizeof *stats);
    for (uint32_t i = 0; i <= host.n_slots; i++) {
        uint64_t n_runs, n_matches;

        atomic_read_relaxed(&fp->stats[i].n_runs, &n_runs);
        atomic_read_relaxed(&fp->stats[i].n_matches, &n_matches);
        stats->n_runs += n_runs;
        stats->n_matches += n_matches;
    }
}

/* Returns a slot for a thread that is going to run programs, or
 * FILTER_PROG_NO_SLOT if none is left, in which case programs work except that
 * lookups in per-core maps find nothing.  A thread should ask when it has a
 * program to run, so that others have the slots of those that never do, and
 * again later on if it got none.
 *
 * Threads that share a slot must not run programs at the same time. */
uint32_t
filter_prog_slot_alloc(void)
{
    uint32_t slot = FILTER_PROG_NO_SLOT;
    uint32_t n_free;

    filter_prog_init();

    /* Threads that get no slot try again and again: let them not wait for each
     * other. */
    atomic_read_relaxed(&n_free_slots, &n_free);
    if (n_free) {
        ovs_mutex_lock(&mutex);
        slot = bitmap_scan(slots, false, 0, host.n_slots);
        if (slot < host.n_slots) {
            bitmap_set1(slots, slot);
            atomic_sub_relaxed(&n_free_slots, 1, &n_free);
        } else {
            slot = FILTER_PROG_NO_SLOT;
        }
        ovs_mutex_unlock(&mutex);
    }

    if (slot == FILTER_PROG_NO_SLOT) {
        static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(1, 1);

        VLOG_WARN_RL(&rl, "more than %"PRIu32" threads run filter programs: "
                     "per-core maps do not work in all of them",
                     host.n_slots);
    }
    return slot;
}

/* Frees 'slot', which may be FILTER_PROG_NO_SLOT. */
void
filter_prog_slot_free(uint32_t slot)
{
    if (slot != FILTER_PROG_NO_SLOT) {
        uint32_t orig;

        ovs_mutex_lock(&mutex);
        bitmap_set0(slots, slot);
        atomic_add_relaxed(&n_free_slots, 1, &orig);
        ovs_mutex_unlock(&mutex);
    }
}

/* Returns the program with the given 'handle', or NULL if there is none.
 * Valid until the thread quiesces. */
struct filter_prog *
filter_prog_from_handle(uint32_t handle)
{
    struct filter_prog *fp = ovsrcu_get(struct filter_prog *,
                                        &programs[handle & FILTER_PROG_MAX]);

    return fp && fp->handle == handle ? fp : NULL;
}

static void
filter_prog_count(struct filter_prog *fp, uint32_t slot, size_t n_runs,
                  size_t n_matches)
{
    uint64_t orig;

    if (OVS_LIKELY(slot < host.n_slots)) {
        struct slot_stats *stats = &fp->stats[slot];

        /* The slot's only writer. */
        atomic_read_relaxed(&stats->n_runs, &orig);
        atomic_store_relaxed(&stats->n_runs, orig + n_runs);
        atomic_read_relaxed(&stats->n_matches, &orig);
        atomic_store_relaxed(&stats->n_matches, orig + n_matches);
    } else {
        struct slot_stats *stats = &fp->stats[host.n_slots];

        atomic_add_relaxed(&stats->n_runs, n_runs, &orig);
        atomic_add_relaxed(&stats->n_matches, n_matches, &orig);
    }
}

/* Stores in '*p' what programs get to see of 'packet', which came in on
 * 'in_port'. */
static void
get_packet(const struct dp_packet *packet, bool needs_context,
           ofp_port_t in_port, struct okobpf_packet *p)
{
    p->data = (uintptr_t) dp_packet_data(packet);
    p->len = dp_packet_size(packet);
    if (needs_context) {
        p->in_port = ofp_to_u16(in_port);
        p->packet_type = ntohl(packet->packet_type);
        p->l3_ofs = packet->l3_ofs;
        p->l4_ofs = packet->l4_ofs;
        p->hash = (dp_packet_rss_valid(packet)
                   ? dp_packet_get_rss_hash(packet) : 0);
    }
}

/* Initializes '*env' for okobpf_run_scratch() on 'packet' that came in on
 * 'in_port', as of now and on the first thread that had a slot. */
void
filter_prog_trace_env(const struct dp_packet *packet, ofp_port_t in_port,
                      struct okobpf_env *env)
{
    struct okobpf_packet p;

    get_packet(packet, true, in_port, &p);
    *env = (struct okobpf_env) {
        .ctx.data = p.data,
        .ctx.pkt_len = p.len,
        .ctx.in_port = p.in_port,
        .ctx.packet_type = p.packet_type,
        .ctx.l3_ofs = p.l3_ofs,
        .ctx.l4_ofs = p.l4_ofs,
        .ctx.hash = p.hash,
        .ctx.now_ns = time_usec() * 1000,
        .ctx.slot = 0,
    };
}

/* Runs 'fp' on each of the 'n' 'packets', in order.  Returns a bit mask: bit i
 * is set if the program's result for 'packets[i]' is nonzero.  'n' must be at
 * most FILTER_PROG_MAX_BATCH.
 *
 * No two threads may call this with the same slot at the same time. */
uint32_t
filter_prog_run(struct filter_prog *fp, struct dp_packet *packets[], size_t n,
                const struct filter_prog_ctx *ctx)
{
    const struct okobpf_prog *prog = filter_prog_image(fp);
    bool needs_context = okobpf_prog_info(prog)->abi == OKOBPF_ABI_CONTEXT;
    struct okobpf_packet batch[FILTER_PROG_MAX_BATCH];
    struct okobpf_env env = {
        .ctx.now_ns = ctx->now_us * 1000,
        .ctx.slot = ctx->slot,
    };

    for (size_t i = 0; i < n; i++) {
        get_packet(packets[i], needs_context, ctx->in_port, &batch[i]);
    }
    BUILD_ASSERT_DECL(FILTER_PROG_MAX_BATCH <= OKOBPF_MAX_BATCH);
    uint32_t matches = okobpf_run_batch(prog, &env, batch, n, NULL);

    filter_prog_count(fp, ctx->slot, n, count_1bits(matches));
    return matches;
}
