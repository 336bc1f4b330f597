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

#ifndef OFPROTO_FILTER_TRACE_H
#define OFPROTO_FILTER_TRACE_H 1

/* Filter programs in ofproto/trace.
 *
 * If a trace has a packet, it runs the programs that come in its way on that
 * packet, in private, and follows the outcome that their results lead to. */

#include <stddef.h>
#include <stdint.h>
#include "openvswitch/list.h"
#include "openvswitch/types.h"

struct dp_packet;
struct ds;
struct flow;
struct ofproto_dpif;
struct oftrace_recirc_queue;

/* What one trace needs to know from one translation to the next. */
struct filter_trace {
    /* "struct filter_trace_site"s: where the datapath actions of the current
     * translation run programs. */
    struct ovs_list sites;

    odp_port_t in_port;         /* Where the packet came in. */
    unsigned int n_runs;        /* Programs that were run. */
    uint64_t work;              /* Most work that they can have been: see
                                 * 'work' in struct okobpf_prog_info. */
};

void filter_trace_init(struct filter_trace *, const struct ofproto_dpif *,
                       const struct flow *);
void filter_trace_uninit(struct filter_trace *);

void filter_trace_add_site(struct filter_trace *, size_t ofs,
                           const struct flow *);
void filter_trace_run(struct oftrace_recirc_queue *, const struct dp_packet *,
                      const struct flow *, const void *odp_actions,
                      size_t odp_actions_len, struct ds *output);
void filter_trace_clear(struct filter_trace *);

void filter_trace_set_l3_l4(struct dp_packet *, const struct flow *);

#endif /* ofproto-filter-trace.h */
