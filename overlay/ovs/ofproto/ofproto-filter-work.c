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
#include "coverage.h"
#include "filter-prog.h"
#include "ofproto-filter-prog-private.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/poll-loop.h"
#include "timeval.h"
#include "util.h"

/* Work that takes long.
 *
 * The main thread serves all bridges and connections, so that no message may
 * keep it for long.  What a message asks for, if that could take more than a
 * millisecond or so, becomes a piece of work.  Pieces wait in one queue for
 * all connections.  In each pass through the main loop, the ones at its head
 * are carried out, or a part of them, until TURN_USEC has been used up.  (The
 * last part may take longer: verification of a program is one part.)
 *
 * A connection has one piece of work at most, and receives no messages before
 * that is done, so that messages take effect in order and pipelined ones wait
 * where flow control can stop the sender. */

COVERAGE_DEFINE(filter_prog_work_part);

/* How long work may take in a pass through the main loop, in microseconds. */
#define TURN_USEC 10000

/* Contains "struct filter_work"s. */
static struct ovs_list queue = OVS_LIST_INITIALIZER(&queue);

/* How much of TURN_USEC was used up in this pass. */
static long long int turn_used;

/* Makes 'work', whose members from 'ops' on are initialized, what 'ofconn' has
 * to do before it receives another message than 'oh'. */
void
filter_work_start(struct filter_work *work, struct ofconn *ofconn,
                  const struct ofp_header *oh)
{
    struct filter_prog_session *session
        = ofconn_get_filter_prog_session(ofconn);

    ovs_assert(!session->work);
    session->work = work;
    work->ofconn = ofconn;
    work->request = ofpbuf_clone_data(oh, ntohs(oh->length));
    ovs_list_push_back(&queue, &work->node);
}

static void
filter_work_destroy(struct filter_work *work)
{
    ovs_list_remove(&work->node);
    ofpbuf_delete(work->request);
    work->ops->destroy(work);
}

/* Gives up the work of 'session', if it has any. */
void
filter_work_cancel(struct filter_prog_session *session)
{
    if (session->work) {
        filter_work_destroy(session->work);
        session->work = NULL;
    }
}

/* Carries out a part of 'work'.  Returns false if it has to wait. */
static bool
filter_work_run_part(struct filter_work *work)
{
    enum ofperr error = 0;

    COVERAGE_INC(filter_prog_work_part);
    switch (work->ops->run(work, &error)) {
    case FILTER_WORK_DONE:
        if (error) {
            ofconn_send_error(work->ofconn, work->request->data, error);
        }
        ofconn_get_filter_prog_session(work->ofconn)->work = NULL;
        filter_work_destroy(work);
        return true;

    case FILTER_WORK_MORE:
        /* Others first. */
        ovs_list_remove(&work->node);
        ovs_list_push_back(&queue, &work->node);
        return true;

    case FILTER_WORK_WAIT:
        return false;

    default:
        OVS_NOT_REACHED();
    }
}

/* Carries out work, of whichever connections, if there is time left for it in
 * this pass through the main loop. */
void
filter_work_run(void)
{
    struct ovs_list *at = queue.next;

    while (at != &queue && turn_used < TURN_USEC) {
        struct filter_work *work = CONTAINER_OF(at, struct filter_work, node);
        long long int start = time_usec();

        at = filter_work_run_part(work) ? queue.next : work->node.next;
        turn_used += time_usec() - start + 1;
    }
}

/* Ends a pass through the main loop and wakes up the poll loop when there is
 * something to do in the next one.  May be called any number of times. */
void
filter_work_wait(void)
{
    struct filter_work *work;

    turn_used = 0;
    LIST_FOR_EACH (work, node, &queue) {
        if (work->ops->wait) {
            work->ops->wait(work);
        } else {
            poll_immediate_wake();
        }
    }
}
