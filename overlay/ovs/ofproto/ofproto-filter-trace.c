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
#include "ofproto-filter-trace.h"

#include "dp-packet.h"
#include "dpif.h"
#include "filter-prog.h"
#include "flow.h"
#include "netdev.h"
#include "netdev-vport.h"
#include "netlink.h"
#include "odp-execute.h"
#include "ofproto/ofproto-dpif-trace.h"
#include "ofproto/ofproto-dpif.h"
#include "ofproto/ofproto-provider.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "packets.h"
#include "timeval.h"
#include "util.h"

/* The main thread traces, so that a trace must not take long: it runs this
 * many programs at most, which take about 100 ms together at most. */
#define MAX_RUNS 256
#define MAX_WORK UINT64_C(100000000)

/* What is printed of a run. */
static const struct okobpf_trace_limits run_limits = {
    .max_calls = 64,
    .max_memory = 256 * 1024,
};
#define MAX_PRINTED_BYTES 32    /* Of a key or value. */
#define MAX_PRINTED_LINES 4096  /* Bytes, of what a program prints. */

/* A datapath action that runs programs. */
struct filter_trace_site {
    struct ovs_list node;       /* In 'sites' of struct filter_trace. */
    size_t ofs;                 /* Where it is in the actions, in bytes. */
    struct flow flow;           /* What is known of packets there. */
};

/* Carrying out the actions of one translation. */
struct filter_trace_exec {
    struct oftrace_recirc_queue *queue;
    const void *odp_actions;
    bool first;                 /* No program was run yet. */
    struct ds *output;
};

/* Returns the datapath's port for 'ofp_port', or ODPP_NONE if it has none. */
static odp_port_t
find_odp_port(const struct ofproto_dpif *ofproto, ofp_port_t ofp_port)
{
    const struct ofport *port = ofproto_get_port(&ofproto->up, ofp_port);
    odp_port_t odp_port = ODPP_NONE;

    if (port) {
        char namebuf[NETDEV_VPORT_NAME_BUFSIZE];
        struct dpif_port dpif_port;

        if (!dpif_port_query_by_name(
                ofproto->backer->dpif,
                netdev_vport_get_dpif_port(port->netdev, namebuf,
                                           sizeof namebuf), &dpif_port)) {
            odp_port = dpif_port.port_no;
            dpif_port_destroy(&dpif_port);
        }
    }
    return odp_port;
}

/* Initializes '*trace' for a packet with 'flow' that comes into 'ofproto'. */
void
filter_trace_init(struct filter_trace *trace,
                  const struct ofproto_dpif *ofproto, const struct flow *flow)
{
    *trace = (struct filter_trace) {
        .in_port = find_odp_port(ofproto, flow->in_port.ofp_port),
    };
    ovs_list_init(&trace->sites);
}

void
filter_trace_uninit(struct filter_trace *trace)
{
    filter_trace_clear(trace);
}

/* Notes that the datapath actions being composed have an action at 'ofs' that
 * runs filter programs on packets with 'flow'. */
void
filter_trace_add_site(struct filter_trace *trace, size_t ofs,
                      const struct flow *flow)
{
    struct filter_trace_site *site = xmalloc(sizeof *site);

    site->ofs = ofs;
    site->flow = *flow;
    ovs_list_push_front(&trace->sites, &site->node);
}

/* Forgets the actions that filter_trace_add_site() has noted. */
void
filter_trace_clear(struct filter_trace *trace)
{
    struct filter_trace_site *site;

    LIST_FOR_EACH_POP (site, node, &trace->sites) {
        free(site);
    }
}

/* Returns the action at 'ofs'.  If translation has taken actions back and put
 * others in their place, that is the last one, which comes first. */
static const struct filter_trace_site *
find_site(const struct filter_trace *trace, size_t ofs)
{
    const struct filter_trace_site *site;

    LIST_FOR_EACH (site, node, &trace->sites) {
        if (site->ofs == ofs) {
            return site;
        }
    }
    return NULL;
}

/* Tunnels change packets in ways that are not known here.  The recirculation
 * ID, which nothing else looks at here, marks such packets and their
 * clones. */
#define UNKNOWN_PACKET UINT32_MAX

static bool
packet_is_known(const struct dp_packet *packet)
{
    return packet->md.recirc_id != UNKNOWN_PACKET;
}

static void
packet_set_unknown(struct dp_packet *packet)
{
    packet->md.recirc_id = UNKNOWN_PACKET;
}

/* Printing. */

static void
print_bytes(struct ds *output, const char *what, const uint8_t *bytes,
            uint32_t n)
{
    ds_put_format(output, " %s", what);
    for (uint32_t i = 0; i < n && i < MAX_PRINTED_BYTES; i++) {
        ds_put_format(output, " %02"PRIx8, bytes[i]);
    }
    if (n > MAX_PRINTED_BYTES) {
        ds_put_cstr(output, " ...");
    }
}

static void
print_call(struct ds *output, const struct okobpf_prog *prog,
           const struct okobpf_trace_call *call)
{
    ds_put_format(output, "\n        %s, map ",
                  okobpf_trace_op_to_string(call->op));
    json_string_escape(okobpf_map_info(okobpf_prog_map(prog,
                                                       call->map))->name,
                       output);
    if (call->key_size) {
        print_bytes(output, "key", call->key, call->key_size);
    }
    if (call->op == OKOBPF_TRACE_LOOKUP) {
        ds_put_cstr(output, call->result == OKOBPF_MAP_OK
                    ? ": hit" : ": miss");
    } else {
        ds_put_format(output, ": %s",
                      okobpf_map_result_to_string(call->result));
    }
    if (call->value_size) {
        print_bytes(output, "value", call->value, call->value_size);
    }
}

static void
print_lines(struct ds *output, const char *text)
{
    const char *end = text + MIN(strlen(text), MAX_PRINTED_LINES);

    while (text < end) {
        size_t n = strcspn(text, "\n");

        n = MIN(n, end - text);
        ds_put_cstr(output, "\n        prints ");
        char *line = xmemdup0(text, n);
        json_string_escape(line, output);
        free(line);
        text += n + 1;
    }
}

static void
print_run(struct ds *output, const struct okobpf_prog *prog,
          const struct okobpf_trace *run, bool known)
{
    if (known) {
        ds_put_format(output, "returns %"PRIu64": %s", run->result,
                      run->result ? "matches" : "does not match");
    } else {
        ds_put_cstr(output, "the result is not known, since the program takes "
                    "too much memory or too long for a trace");
    }
    for (size_t i = 0; i < run->n_calls; i++) {
        print_call(output, prog, &run->calls[i]);
    }
    if (run->printed) {
        print_lines(output, run->printed);
    }
    if (run->n_left_out) {
        ds_put_format(output, "\n        (%"PRIu64" more calls or lines are "
                      "not shown)", run->n_left_out);
    }
}

/* Running. */

enum verdict {
    VERDICT_NO_MATCH,
    VERDICT_MATCH,
    VERDICT_UNKNOWN,
};

/* Runs the program that has 'handle' in the datapath on 'packet', which came
 * in on 'in_port', and says what it does. */
static enum verdict
run_prog(struct filter_trace *trace, uint32_t handle, struct dp_packet *packet,
         ofp_port_t in_port, struct ds *output)
{
    const struct filter_prog *fp = filter_prog_from_handle(handle);
    if (!fp) {
        ds_put_format(output, "\n    prog=%"PRIu32": is not there any more: "
                      "does not match", handle);
        return VERDICT_NO_MATCH;
    }

    const struct okobpf_prog *prog = filter_prog_image(fp);
    const struct okobpf_prog_info *info = okobpf_prog_info(prog);

    ds_put_format(output, "\n    filter_prog=%"PRIu32", name=",
                  filter_prog_number(fp));
    json_string_escape(info->name, output);
    ds_put_cstr(output, ": ");
    if (trace->n_runs >= MAX_RUNS || trace->work >= MAX_WORK) {
        ds_put_format(output, "not run, since a trace runs at most %d "
                      "programs, for at most 100 ms", MAX_RUNS);
        return VERDICT_UNKNOWN;
    }
    trace->n_runs++;
    trace->work += info->work;

    struct okobpf_env env;
    filter_prog_trace_env(packet, in_port, &env);

    struct okobpf_trace run;
    bool known = okobpf_run_scratch(prog, &env, &run_limits,
                                    &run) == OKOBPF_OK;
    enum verdict verdict = (!known ? VERDICT_UNKNOWN
                            : run.result ? VERDICT_MATCH
                            : VERDICT_NO_MATCH);
    print_run(output, prog, &run, known);
    okobpf_trace_uninit(&run);
    return verdict;
}

/* Returns the recirculation ID in 'branch' of an action that runs programs. */
static uint32_t
branch_recirc_id(const struct nlattr *branch)
{
    const struct nlattr *a = nl_attr_find_nested(branch,
                                                 OVS_ACTION_ATTR_RECIRC);

    return a ? nl_attr_get_u32(a) : 0;
}

static void
follow(struct oftrace_recirc_queue *queue,
       const struct filter_trace_site *site, const struct dp_packet *packet,
       uint32_t recirc_id, struct ds *output)
{
    bool traced = oftrace_add_recirc_node(queue, OFT_RECIRC_FILTER_PROG,
                                          &site->flow, NULL, packet, recirc_id,
                                          site->flow.ct_zone);

    ds_put_format(output, "\n    resumes as recirc(%#"PRIx32")%s", recirc_id,
                  traced ? "" : ", which is not traced");
}

/* Runs the programs of the action 'attr' on 'packet', in private, until one
 * matches, and adds the outcome to those to be traced.  Without a result, adds
 * each that there might be. */
static void
run_site(struct filter_trace_exec *exec, const struct filter_trace_site *site,
         const struct nlattr *attr, struct dp_packet *packet)
{
    struct oftrace_recirc_queue *queue = exec->queue;
    enum verdict verdict = VERDICT_NO_MATCH;
    struct ds *output = exec->output;
    ofp_port_t in_port = OFPP_NONE;
    const struct nlattr *a;
    unsigned int n_left = 0;
    bool decided = false;
    unsigned int left;

    ds_put_format(output, "\nFilter programs%s:",
                  exec->first ? ", run on the packet without effect"
                  : " of a further lookup");
    exec->first = false;

    bool known_packet = packet_is_known(packet);
    if (!known_packet) {
        ds_put_cstr(output, "\n    not run, since the packet has been put "
                    "into a tunnel");
    }

    NL_NESTED_FOR_EACH_UNSAFE (a, left, attr) {
        if (nl_attr_type(a) == OVS_FILTER_PROG_ATTR_IN_PORT) {
            in_port = u16_to_ofp(nl_attr_get_u32(a));
        } else if (nl_attr_type(a) == OVS_FILTER_PROG_ATTR_PROG) {
            if (!known_packet) {
                verdict = VERDICT_UNKNOWN;
            } else if (!decided) {
                verdict = run_prog(&queue->filter_trace, nl_attr_get_u32(a),
                                   packet, in_port, output);
            }
        } else if (decided
                   || (nl_attr_type(a) == OVS_FILTER_PROG_ATTR_THEN
                       && verdict == VERDICT_NO_MATCH)) {
            n_left++;
        } else {
            follow(queue, site, packet, branch_recirc_id(a), output);
            decided = verdict == VERDICT_MATCH;
        }
    }
    if (n_left) {
        ds_put_format(output, "\n    (%u other outcome%s not traced)", n_left,
                      n_left == 1 ? " is" : "s are");
    }
}

/* Gives what is to be traced of 'recirc_id' the packet as it is there. */
static void
set_recirc_packet(struct oftrace_recirc_queue *queue, uint32_t recirc_id,
                  const struct dp_packet *packet)
{
    struct oftrace_recirc_node *node;

    LIST_FOR_EACH (node, node, &queue->todo) {
        if (node->recirc_id == recirc_id && node->packet
            && node->type != OFT_RECIRC_FILTER_PROG) {
            dp_packet_delete(node->packet);
            node->packet = dp_packet_clone(packet);
        }
    }
}

static void
filter_trace_execute_cb(void *exec_, struct dp_packet_batch *batch,
                        const struct nlattr *a, bool should_steal)
{
    struct filter_trace_exec *exec = exec_;
    struct dp_packet *packet;

    DP_PACKET_BATCH_FOR_EACH (i, packet, batch) {
        enum ovs_action_attr type = nl_attr_type(a);

        if (type == OVS_ACTION_ATTR_FILTER_PROG) {
            const struct filter_trace_site *site;

            site = find_site(&exec->queue->filter_trace,
                             (const char *) a
                             - (const char *) exec->odp_actions);
            if (site) {
                run_site(exec, site, a, packet);
            }
        } else if (type == OVS_ACTION_ATTR_RECIRC) {
            set_recirc_packet(exec->queue, nl_attr_get_u32(a), packet);
        } else if (type == OVS_ACTION_ATTR_TUNNEL_PUSH
                   || type == OVS_ACTION_ATTR_TUNNEL_POP) {
            packet_set_unknown(packet);
        }
    }
    dp_packet_delete_batch(batch, should_steal);
}

/* Carries out the datapath actions of the last translation on a copy of
 * 'packet', which has 'flow', as far as they change it, and runs the filter
 * programs among them.  Sends nothing. */
void
filter_trace_run(struct oftrace_recirc_queue *queue,
                 const struct dp_packet *packet, const struct flow *flow,
                 const void *odp_actions, size_t odp_actions_len,
                 struct ds *output)
{
    struct filter_trace_exec exec = {
        .queue = queue,
        .odp_actions = odp_actions,
        .first = true,
        .output = output,
    };
    struct dp_packet *copy = dp_packet_clone_with_headroom(packet, 128);
    struct dp_packet_batch batch;
    struct flow parsed;

    /* Find the headers, as the datapath does for each packet. */
    flow_extract(copy, &parsed);

    bool known = packet_is_known(copy);
    pkt_metadata_from_flow(&copy->md, flow);
    if (!known) {
        packet_set_unknown(copy);
    }
    copy->md.in_port.odp_port = queue->filter_trace.in_port;
    dp_packet_set_rss_hash(copy, flow_hash_5tuple(flow, 0));

    dp_packet_batch_init_packet(&batch, copy);
    odp_execute_actions(&exec, &batch, true, odp_actions, odp_actions_len,
                        filter_trace_execute_cb);
}

/* Gives 'packet' the addresses and ports in 'flow', which may have others, if
 * it is of TCP, UDP or SCTP over IP. */
void
filter_trace_set_l3_l4(struct dp_packet *packet, const struct flow *flow)
{
    struct flow parsed;

    flow_extract(packet, &parsed);
    if (parsed.dl_type != flow->dl_type
        || parsed.nw_proto != flow->nw_proto
        || !dp_packet_l4(packet)) {
        return;
    }

    if (flow->dl_type == htons(ETH_TYPE_IP)) {
        packet_set_ipv4(packet, flow->nw_src, flow->nw_dst, flow->nw_tos,
                        flow->nw_ttl);
    } else if (flow->dl_type == htons(ETH_TYPE_IPV6)) {
        packet_set_ipv6(packet, &flow->ipv6_src, &flow->ipv6_dst,
                        flow->nw_tos, flow->ipv6_label, flow->nw_ttl);
    } else {
        return;
    }

    size_t l4_size = dp_packet_l4_size(packet);
    if (flow->nw_frag & FLOW_NW_FRAG_LATER) {
        return;
    } else if (flow->nw_proto == IPPROTO_TCP && l4_size >= TCP_HEADER_LEN) {
        packet_set_tcp_port(packet, flow->tp_src, flow->tp_dst);
    } else if (flow->nw_proto == IPPROTO_UDP && l4_size >= UDP_HEADER_LEN) {
        packet_set_udp_port(packet, flow->tp_src, flow->tp_dst);
    } else if (flow->nw_proto == IPPROTO_SCTP && l4_size >= SCTP_HEADER_LEN) {
        packet_set_sctp_port(packet, flow->tp_src, flow->tp_dst);
    }
}
