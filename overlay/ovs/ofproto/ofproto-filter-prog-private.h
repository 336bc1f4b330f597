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

#ifndef OFPROTO_FILTER_PROG_PRIVATE_H
#define OFPROTO_FILTER_PROG_PRIVATE_H 1

/* What the ofproto-filter-*.c files have in common. */

#include "cmap.h"
#include "ofproto-provider.h"
#include "openvswitch/list.h"
#include "openvswitch/ofp-errors.h"

struct filter_prog;
struct filter_prog_session;
struct ofconn;

/* A program in a bridge. */
struct ofproto_filter_prog {
    struct cmap_node cmap_node; /* In ofproto's 'filter_progs', by number. */
    struct ovs_list list_node;  /* In 'all_progs'. */
    struct ofproto *ofproto;
    struct filter_prog *fp;     /* Owns a reference. */

    /* The rules in state RULE_INSERTED that use the program.  Contains "struct
     * rule_binding"s. */
    struct ovs_list rules OVS_GUARDED_BY(ofproto_mutex);
    size_t n_rules OVS_GUARDED_BY(ofproto_mutex);
};

struct ofproto_filter_prog *ofproto_filter_prog_lookup(const struct ofproto *,
                                                       uint32_t number);
void ofproto_filter_prog_insert(struct ofproto *, struct filter_prog *)
    OVS_REQUIRES(ofproto_mutex);

/* Work that takes long, in ofproto-filter-work.c. */

enum filter_work_result {
    FILTER_WORK_DONE,           /* All is done. */
    FILTER_WORK_MORE,           /* There is more to do. */
    FILTER_WORK_WAIT,           /* It depends on something else. */
};

struct filter_work;
struct filter_work_ops {
    /* Carries out a part of the work.  Stores in '*error', with
     * FILTER_WORK_DONE, what to send as a reply if it isn't 0. */
    enum filter_work_result (*run)(struct filter_work *, enum ofperr *error);

    /* Wakes up the poll loop when there is something to do.  NULL for at
     * once. */
    void (*wait)(struct filter_work *);

    /* Frees the work, done or not. */
    void (*destroy)(struct filter_work *);
};

/* What a message on a connection asks for. */
struct filter_work {
    struct ovs_list node;       /* In the queue. */
    struct ofconn *ofconn;
    struct ofpbuf *request;     /* The message. */
    const struct filter_work_ops *ops;
};

void filter_work_start(struct filter_work *, struct ofconn *,
                       const struct ofp_header *);
void filter_work_cancel(struct filter_prog_session *);
void filter_work_run(void);
void filter_work_wait(void);

/* In ofproto-filter-session.c. */
struct ofputil_map_update;
void ofproto_filter_note_failure(struct ofconn *,
                                 const struct ofputil_map_update *,
                                 const struct okobpf_map *, uint32_t n_applied,
                                 enum okobpf_map_result);
enum ofperr ofproto_filter_handle_prog_load(struct ofconn *,
                                            const struct ofp_header *);
enum ofperr ofproto_filter_handle_prog_log_request(struct ofconn *,
                                                   const struct ofp_header *);

/* In ofproto-filter-map.c. */
enum ofperr ofproto_filter_handle_map_update(struct ofconn *,
                                             const struct ofp_header *);
enum ofperr ofproto_filter_handle_map_dump_request(struct ofconn *,
                                                   const struct ofp_header *);
enum ofperr ofproto_filter_handle_map_get_request(struct ofconn *,
                                                  const struct ofp_header *);

#endif /* ofproto-filter-prog-private.h */
