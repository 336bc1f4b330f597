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
#include "ofproto-filter-prog.h"

#include "connmgr.h"
#include "filter-prog.h"
#include "ofproto-filter-prog-private.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-filter-prog.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(ofproto_filter_session);

/* How long an upload may pause, in milliseconds. */
#define UPLOAD_IDLE_TIMEOUT 10000

/* How long a load waits for the memory of programs that were unloaded, in
 * milliseconds. */
#define MEMORY_TIMEOUT 5000

static void
abort_upload(struct filter_prog_session *session)
{
    if (session->uploading) {
        ofpbuf_uninit(&session->elf);
        filter_prog_uncharge(session->charged);
        session->charged = 0;
        session->uploading = false;
    }
}

static void
clear_report(struct filter_prog_session *session)
{
    okobpf_report_uninit(&session->report);
    memset(&session->report, 0, sizeof session->report);
    filter_prog_uncharge(session->report_charged);
    session->report_charged = 0;
    free(session->report_applied);
    session->report_applied = NULL;
}

static size_t
text_size(const char *s)
{
    return s ? strlen(s) + 1 : 0;
}

/* Charges the report to the memory of all programs, without its log if there
 * is no room for that. */
static void
charge_report(struct filter_prog_session *session)
{
    struct okobpf_report *report = &session->report;
    uint64_t size = text_size(report->log);

    ovs_assert(!session->report_charged);
    if (size) {
        if (filter_prog_charge(size, NULL)) {
            session->report_charged = size;
        } else {
            free(report->log);
            report->log = NULL;
            report->log_truncated = true;
        }
    }
}

/* Frees what is in '*session', but not 'session' itself. */
void
filter_prog_session_uninit(struct filter_prog_session *session)
{
    filter_work_cancel(session);
    abort_upload(session);
    clear_report(session);
}

/* Returns true if the connection may receive a message: if what the last one
 * asked for is done. */
bool
filter_prog_session_may_recv(const struct filter_prog_session *session)
{
    return !session->work;
}

/* Does what there is to do, and gives up an upload that has paused for too
 * long. */
void
filter_prog_session_run(struct filter_prog_session *session)
{
    filter_work_run();
    if (session->uploading && !session->work
        && time_msec() >= session->expires) {
        VLOG_INFO("upload of filter program %"PRIu32" timed out after "
                  "%"PRIu32" of %"PRIu32" bytes", session->prog_id,
                  session->elf.size, session->total_len);
        abort_upload(session);
    }
}

/* Wakes up the poll loop when filter_prog_session_run() has something to
 * do. */
void
filter_prog_session_wait(struct filter_prog_session *session)
{
    filter_work_wait();
    if (session->uploading && !session->work) {
        poll_timer_wait_until(session->expires);
    }
}

/* Starts the upload whose first chunk is '*pl'. */
static enum ofperr
start_upload(struct filter_prog_session *session,
                     const struct ofproto *ofproto,
                     const struct ofputil_prog_load *pl)
{
    struct okobpf_limits limits;

    abort_upload(session);
    clear_report(session);
    session->report_prog_id = pl->prog_id;

    filter_prog_get_limits(&limits);
    if (pl->total_len > limits.max_object_size) {
        session->report.status = OKOBPF_LIMIT;
        session->report.reason = xasprintf(
            "object file has %"PRIu32" bytes, more than the limit of "
            "%"PRIuSIZE, pl->total_len, limits.max_object_size);
        return OFPERR_OKO_LIMIT;
    }
    if (!(pl->flags & OKOPLF_REPLACE)
        && ofproto_filter_prog_lookup(ofproto, pl->prog_id)) {
        return OFPERR_OKO_PROG_EXISTS;
    }

    session->uploading = true;
    session->prog_id = pl->prog_id;
    session->total_len = pl->total_len;
    session->flags = pl->flags;
    ofpbuf_init(&session->elf, 0);
    return 0;
}

/* Adds the chunk in '*pl' to the upload. */
static enum ofperr
add_chunk(struct filter_prog_session *session,
                  const struct ofproto *ofproto,
                  const struct ofputil_prog_load *pl)
{
    if (!pl->offset) {
        enum ofperr error = start_upload(session, ofproto, pl);
        if (error) {
            return error;
        }
    } else if (!session->uploading
               || pl->prog_id != session->prog_id
               || pl->total_len != session->total_len
               || pl->flags != session->flags
               || pl->offset != session->elf.size) {
        return OFPERR_OKO_BAD_CHUNK;
    }

    if (pl->chunk_len) {
        if (!filter_prog_charge(pl->chunk_len, &session->report)) {
            return OFPERR_OKO_LIMIT;
        }
        session->charged += pl->chunk_len;
        ofpbuf_put(&session->elf, pl->chunk, pl->chunk_len);
    }
    session->expires = time_msec() + UPLOAD_IDLE_TIMEOUT;
    return 0;
}

static enum ofperr
status_to_ofperr(enum okobpf_status status)
{
    switch (status) {
    case OKOBPF_OK:
        return 0;
    case OKOBPF_BAD_OBJECT:
        return OFPERR_OKO_BAD_OBJECT;
    case OKOBPF_REJECTED:
        return OFPERR_OKO_REJECTED;
    case OKOBPF_LIMIT:
        return OFPERR_OKO_LIMIT;
    case OKOBPF_NO_MEMORY:
        return OFPERR_OKO_NO_MEMORY;
    case OKOBPF_LOSES_MAPS:
        return OFPERR_OKO_LOSES_MAPS;
    default:
        OVS_NOT_REACHED();
    }
}

/* Returns what 'flags' of an OKOT_PROG_LOAD message say about maps. */
static enum okobpf_keep
flags_to_keep(uint16_t flags)
{
    return (!(flags & OKOPLF_LOSE_MAPS) ? OKOBPF_KEEP_OR_REFUSE
            : flags & OKOPLF_KEEP_MAPS ? OKOBPF_KEEP_OR_EMPTY
            : OKOBPF_KEEP_NONE);
}

/* Verification and publication of a program. */
struct load_work {
    struct filter_work up;
    bool waiting;               /* For memory that is about to be free. */
    bool waited;                /* So it was, once. */
    bool add_chunk;             /* The message's chunk was not added yet. */
    long long int deadline;     /* Until when, as time_msec(). */
};

static const struct filter_work_ops load_work_ops;

static struct load_work *
start_load_work(struct ofconn *ofconn, const struct ofp_header *oh)
{
    struct load_work *load = xzalloc(sizeof *load);

    load->up.ops = &load_work_ops;
    filter_work_start(&load->up, ofconn, oh);
    return load;
}

static void
wait_for_memory(struct load_work *load)
{
    load->waiting = true;
    load->deadline = time_msec() + MEMORY_TIMEOUT;
}

static struct load_work *
load_work_cast(struct filter_work *work)
{
    return CONTAINER_OF(work, struct load_work, up);
}

/* Verifies and publishes the program whose upload is complete. */
static enum ofperr
finish_upload(struct filter_prog_session *session, struct ofproto *ofproto)
{
    const void *elf = session->elf.size ? session->elf.data : "";
    bool want_log = session->flags & OKOPLF_WANT_LOG;
    struct ofproto_filter_prog *p;

    /* The object is going to be charged to the program. */
    filter_prog_uncharge(session->charged);
    session->charged = 0;

    p = ofproto_filter_prog_lookup(ofproto, session->prog_id);
    if (p) {
        if (!(session->flags & OKOPLF_REPLACE)) {
            return OFPERR_OKO_PROG_EXISTS;
        }
        filter_prog_replace(p->fp, elf, session->elf.size,
                            flags_to_keep(session->flags), want_log,
                            &session->report);
    } else {
        struct filter_prog *fp = filter_prog_create(
            ofproto->name, session->prog_id, elf, session->elf.size, want_log,
            &session->report);
        if (fp) {
            ovs_mutex_lock(&ofproto_mutex);
            ofproto_filter_prog_insert(ofproto, fp);
            ovs_mutex_unlock(&ofproto_mutex);
        }
    }

    charge_report(session);
    return status_to_ofperr(session->report.status);
}

static void
log_failure(const struct filter_prog_session *session,
            const struct ofproto *ofproto)
{
    if (session->report.reason) {
        VLOG_INFO("bridge %s: filter program %"PRIu32" was not loaded: %s",
                  ofproto->name, session->prog_id, session->report.reason);
    }
}

static enum filter_work_result
load_work_run(struct filter_work *work, enum ofperr *error)
{
    struct filter_prog_session *session
        = ofconn_get_filter_prog_session(work->ofconn);
    struct ofproto *ofproto = ofconn_get_ofproto(work->ofconn);
    struct load_work *load = load_work_cast(work);

    if (load->waiting) {
        if (filter_prog_is_memory_pending() && time_msec() < load->deadline) {
            return FILTER_WORK_WAIT;
        }
        load->waiting = false;
        load->waited = true;
    }
    if (load->add_chunk) {
        struct ofputil_prog_load pl;

        load->add_chunk = false;
        clear_report(session);
        ovs_assert(!ofputil_decode_prog_load(work->request->data, &pl));
        *error = add_chunk(session, ofproto, &pl);
        if (*error) {
            log_failure(session, ofproto);
            abort_upload(session);
            return FILTER_WORK_DONE;
        } else if (session->elf.size < session->total_len) {
            return FILTER_WORK_DONE;
        }
    }

    /* Other connections may have been served since the message came. */
    if (ofconn_get_role(work->ofconn) == OFPCR12_ROLE_SECONDARY) {
        *error = OFPERR_OFPBRC_IS_SECONDARY;
    } else {
        bool pending = filter_prog_is_memory_pending();

        *error = finish_upload(session, ofproto);
        if (*error == OFPERR_OKO_LIMIT && pending && !load->waited) {
            /* Programs that were unloaded have their memory for a little while
             * yet. */
            clear_report(session);
            wait_for_memory(load);
            return FILTER_WORK_WAIT;
        }
    }
    if (*error) {
        log_failure(session, ofproto);
    }
    abort_upload(session);
    return FILTER_WORK_DONE;
}

static void
load_work_wait(struct filter_work *work)
{
    struct load_work *load = load_work_cast(work);

    if (load->waiting) {
        filter_prog_memory_wait();
        poll_timer_wait_until(load->deadline);
    } else {
        poll_immediate_wake();
    }
}

static void
load_work_destroy(struct filter_work *work)
{
    free(load_work_cast(work));
}

static const struct filter_work_ops load_work_ops = {
    .run = load_work_run,
    .wait = load_work_wait,
    .destroy = load_work_destroy,
};

enum ofperr
ofproto_filter_handle_prog_load(struct ofconn *ofconn,
                                const struct ofp_header *oh)
{
    struct filter_prog_session *session
        = ofconn_get_filter_prog_session(ofconn);
    const struct ofproto *ofproto = ofconn_get_ofproto(ofconn);
    struct ofputil_prog_load pl;
    enum ofperr error;

    error = ofputil_decode_prog_load(oh, &pl);
    if (!error) {
        error = add_chunk(session, ofproto, &pl);
    }
    if (error == OFPERR_OKO_LIMIT && session->uploading
        && filter_prog_is_memory_pending()) {
        struct load_work *load = start_load_work(ofconn, oh);

        load->add_chunk = true;
        wait_for_memory(load);
    } else if (error) {
        abort_upload(session);
        return error;
    } else if (session->elf.size == session->total_len) {
        start_load_work(ofconn, oh);
    }
    return 0;
}

/* Notes that '*mu', for 'map', failed on 'ofconn' with 'result' after
 * 'n_applied' of its entries. */
void
ofproto_filter_note_failure(struct ofconn *ofconn,
                            const struct ofputil_map_update *mu,
                            const struct okobpf_map *map, uint32_t n_applied,
                            enum okobpf_map_result result)
{
    struct filter_prog_session *session
        = ofconn_get_filter_prog_session(ofconn);
    const uint8_t *key = mu->entries + n_applied * ((size_t) mu->key_size
                                                    + mu->value_size);
    struct ds reason = DS_EMPTY_INITIALIZER;

    ds_put_cstr(&reason, "map ");
    json_string_escape(okobpf_map_info(map)->name, &reason);
    ds_put_format(&reason, ": entry %"PRIu32" of %"PRIu32", key",
                  n_applied + 1, mu->n_entries);
    for (uint32_t i = 0; i < mu->key_size && i < 64; i++) {
        ds_put_format(&reason, " %02"PRIx8, key[i]);
    }
    ds_put_format(&reason, "%s: %s", mu->key_size > 64 ? " ..." : "",
                  okobpf_map_result_to_string(result));

    clear_report(session);
    session->report_prog_id = mu->prog_id;
    session->report.reason = ds_steal_cstr(&reason);
    session->report_applied = xasprintf("%"PRIu32, n_applied);
}

enum ofperr
ofproto_filter_handle_prog_log_request(struct ofconn *ofconn,
                                       const struct ofp_header *oh)
{
    struct filter_prog_session *session
        = ofconn_get_filter_prog_session(ofconn);
    const struct okobpf_report *report = &session->report;
    char *maps = okobpf_report_format_maps(report);
    const struct {
        enum oko_prog_log_type type;
        const char *text;
    } parts[] = {
        { OKOPLT_REASON, report->reason },
        { OKOPLT_WHERE, report->where },
        { OKOPLT_STATE, report->state },
        { OKOPLT_ADVICE, report->advice },
        { OKOPLT_LOG, report->log },
        { OKOPLT_LOG, report->log_truncated ? "(log truncated)\n" : NULL },
        { OKOPLT_MAPS, maps },
        { OKOPLT_APPLIED, session->report_applied },
    };

    struct ovs_list replies;
    ofpmp_init(&replies, oh);
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (parts[i].text) {
            ofputil_append_prog_log(session->report_prog_id, parts[i].type,
                                    parts[i].text, &replies);
        }
    }
    free(maps);
    ofconn_send_replies(ofconn, &replies);

    /* Nobody needs it twice. */
    clear_report(session);
    return 0;
}
