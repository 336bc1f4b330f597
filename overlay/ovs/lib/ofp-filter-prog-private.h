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

#ifndef OFP_FILTER_PROG_PRIVATE_H
#define OFP_FILTER_PROG_PRIVATE_H 1

/* What ofp-filter-prog.c and ofp-filter-map.c have in common. */

#include <stdint.h>
#include "openvswitch/ofp-errors.h"

struct ds;
struct ofpbuf;

const void *ofputil_filter_pull_padded(struct ofpbuf *, uint64_t len);
enum ofperr ofputil_filter_check_prog_id(uint32_t prog_id);
void ofputil_filter_format_prog_id(struct ds *, uint32_t prog_id);

#endif /* ofp-filter-prog-private.h */
