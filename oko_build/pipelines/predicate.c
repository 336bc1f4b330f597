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

/* Matches packets by what an OpenFlow match compares: header fields under
 * masks.  This file is compiled once; predicates.py writes the conditions of
 * each program into a copy of the object, in place of the marks below. */

#include <stdbool.h>
#include <oko/filter.h>

/* As in predicates.py. */
enum field {
    F_NONE,
    F_ETH_DST,                  /* The last 4 bytes. */
    F_ETH_SRC,                  /* Likewise. */
    F_VLAN_TCI,                 /* With VLAN_CFI, 0 if there is no tag. */
    F_ETH_TYPE,                 /* Beyond one VLAN tag. */
    F_IP_SRC,
    F_IP_DST,
    F_IP_PROTO,
    F_IP_TOS,
    F_IP_TTL,
    F_TP_SRC,                   /* Of TCP and UDP. */
    F_TP_DST,
    F_TCP_FLAGS,
    F_ICMP_TYPE,
    F_MPLS_LSE,                 /* The outermost. */
    F_ARP_OP,
    N_FIELDS
};

#define VLAN_CFI 0x1000

struct condition {
    uint32_t field;
    uint32_t mask;
    uint32_t value;
};

#define N_CONDITIONS 3

const volatile struct condition conditions[N_CONDITIONS] = {
    { 0x0badc0de, 0x0badc0d0, 0x0badc0d0 },
    { 0x0badc0de, 0x0badc0d1, 0x0badc0d1 },
    { 0x0badc0de, 0x0badc0d2, 0x0badc0d2 },
};

static __always_inline uint32_t
get16(const uint8_t *p)
{
    return p[0] << 8 | p[1];
}

static __always_inline uint32_t
get32(const uint8_t *p)
{
    return get16(p) << 16 | get16(p + 2);
}

/* Fields that the packet does not have are absent: no condition on them
 * holds. */
struct fields {
    uint32_t value[N_FIELDS];
    uint32_t present;
};

#define SET(FIELDS, FIELD, VALUE)                                           \
    ((FIELDS)->value[FIELD] = (VALUE), (FIELDS)->present |= 1u << (FIELD))

/* The packet is at 'p' and ends at 'end'.  If 'l3_ofs' is not 0, it is where
 * the switch says that the network header is,
 * which is behind any MPLS labels. */
static __always_inline void
parse(const uint8_t *p, const uint8_t *end, uint32_t l3_ofs, struct fields *f)
{
    uint32_t type;

    if (p + 14 > end) {
        return;
    }
    SET(f, F_ETH_DST, get32(p + 2));
    SET(f, F_ETH_SRC, get32(p + 8));
    SET(f, F_VLAN_TCI, 0);
    type = get16(p + 12);
    const uint8_t *l3 = p + 14;
    if (type == 0x8100 || type == 0x88a8) {
        if (p + 18 > end) {
            return;
        }
        SET(f, F_VLAN_TCI, get16(p + 14) | VLAN_CFI);
        type = get16(p + 16);
        l3 = p + 18;
    }
    SET(f, F_ETH_TYPE, type);
    if (l3_ofs && type != 0x8847 && type != 0x8848) {
        l3 = p + (l3_ofs & 0xff);
    }
    if (type == 0x8847 || type == 0x8848) {
        if (l3 + 4 <= end) {
            SET(f, F_MPLS_LSE, get32(l3));
        }
    } else if (type == 0x0806) {
        if (l3 + 8 <= end) {
            SET(f, F_ARP_OP, get16(l3 + 6));
        }
    } else if (type == 0x0800 && l3 + 20 <= end) {
        uint32_t proto = l3[9];

        SET(f, F_IP_TOS, l3[1]);
        SET(f, F_IP_TTL, l3[8]);
        SET(f, F_IP_PROTO, proto);
        SET(f, F_IP_SRC, get32(l3 + 12));
        SET(f, F_IP_DST, get32(l3 + 16));

        /* In OpenFlow, fragments have ports of 0, and all but the first have
         * nothing else, either. */
        const uint8_t *l4 = l3 + ((l3[0] & 0xf) << 2);
        uint32_t fragment = get16(l3 + 6) & 0x3fff;
        bool later = fragment & 0x1fff;

        if (proto == 6 || proto == 17) {
            if (fragment) {
                SET(f, F_TP_SRC, 0);
                SET(f, F_TP_DST, 0);
            } else if (l4 + 4 <= end) {
                SET(f, F_TP_SRC, get16(l4));
                SET(f, F_TP_DST, get16(l4 + 2));
            }
        }
        if (proto == 6) {
            if (later) {
                SET(f, F_TCP_FLAGS, 0);
            } else if (l4 + 14 <= end) {
                SET(f, F_TCP_FLAGS, get16(l4 + 12) & 0xfff);
            }
        } else if (proto == 1) {
            if (fragment) {
                SET(f, F_ICMP_TYPE, 0);
            } else if (l4 + 1 <= end) {
                SET(f, F_ICMP_TYPE, l4[0]);
            }
        }
    }
}

static __always_inline uint64_t
matches(const struct fields *f)
{
    for (int i = 0; i < N_CONDITIONS; i++) {
        uint32_t field = conditions[i].field;

        if (!field) {
            continue;
        }
        if (field >= N_FIELDS || !(f->present & 1u << field)
            || (f->value[field & 15] & conditions[i].mask)
               != conditions[i].value) {
            return 0;
        }
    }
    return 1;
}

#ifdef CONTEXT
SEC("filter") uint64_t
entry(const struct oko_ctx *ctx)
{
    struct fields f = { .present = 0 };

    parse(oko_data(ctx), oko_data_end(ctx), ctx->l3_ofs, &f);
    return matches(&f);
}
#else
uint64_t
entry(const void *pkt, uint64_t pkt_len)
{
    struct fields f = { .present = 0 };

    parse(pkt, (const uint8_t *) pkt + pkt_len, 0, &f);
    return matches(&f);
}
#endif
