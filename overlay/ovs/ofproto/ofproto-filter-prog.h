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

#ifndef OFPROTO_FILTER_PROG_H
#define OFPROTO_FILTER_PROG_H 1

/* Filter programs of a bridge: the OpenFlow messages for them, and which rules
 * use which of them. */

#include <stdint.h>
#include "okobpf/okobpf.h"
#include "openvswitch/ofp-errors.h"
#include "openvswitch/ofp-msgs.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/thread.h"

extern struct ovs_mutex ofproto_mutex;

struct ofconn;
struct ofproto;
struct rule;

void ofproto_filter_prog_init(void);
void ofproto_filter_prog_flush(struct ofproto *)
    OVS_REQUIRES(ofproto_mutex);

enum ofperr ofproto_filter_prog_handle_message(struct ofconn *,
                                               const struct ofp_header *,
                                               enum ofptype);

/* Rules. */
enum ofperr ofproto_rule_bind_filter_prog(struct rule *);
void ofproto_rule_unbind_filter_prog(struct rule *);
void ofproto_rule_insert_filter_prog(struct rule *)
    OVS_REQUIRES(ofproto_mutex);
void ofproto_rule_remove_filter_prog(struct rule *)
    OVS_REQUIRES(ofproto_mutex);
uint32_t ofproto_rule_filter_prog_handle(const struct rule *);

/* What an OpenFlow connection must remember from one message to the next.  A
 * zeroed structure is in its initial state. */
struct filter_prog_session {
    /* Upload in progress, if 'uploading' is true. */
    bool uploading;
    uint32_t prog_id;
    uint32_t total_len;
    uint16_t flags;             /* OKOPLF_*. */
    struct ofpbuf elf;          /* What has arrived so far. */
    uint64_t charged;           /* For 'elf': see filter_prog_charge(). */
    long long int expires;      /* When to give up, as time_msec(). */

    /* Outcome of the last load, or of the last change of a map that failed. */
    uint32_t report_prog_id;
    char *report_applied;       /* OKOPLT_APPLIED, or NULL. */
    struct okobpf_report report;
    uint64_t report_charged;    /* For 'report'. */

    /* What is to be done before the next message is received, or NULL. */
    struct filter_work *work;
};

void filter_prog_session_uninit(struct filter_prog_session *);
bool filter_prog_session_may_recv(const struct filter_prog_session *);
void filter_prog_session_run(struct filter_prog_session *);
void filter_prog_session_wait(struct filter_prog_session *);

#endif /* ofproto-filter-prog.h */
