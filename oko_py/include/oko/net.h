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

#ifndef OKO_NET_H
#define OKO_NET_H 1

/* Packet headers and byte order for BPF filter programs.
 *
 * Fields of the types __be16, __be32 and ipv4_addr are in network byte
 * order. */

#include "byteorder.h"
#include "types.h"

/* Addresses.  oko_py prints and takes them in their usual notation where they
 * appear in keys and values of maps. */

typedef __be32 ipv4_addr;

struct ipv6_addr {
    __u8 bytes[16];
};

struct mac_addr {
    __u8 bytes[6];
};

/* Returns A.B.C.D in network byte order. */
#define IPV4_ADDR(A, B, C, D)                                               \
    ((ipv4_addr) bpf_htonl((__u32) (A) << 24 | (__u32) (B) << 16            \
                           | (__u32) (C) << 8 | (__u32) (D)))

/* Keys of maps of the kind OKO_MAP_LPM_TRIE.  For a lookup of an address,
 * 'prefixlen' is 32 or 128.  oko_py prints and takes them as "10.0.0.0/8" and
 * "2001:db8::/32". */

struct ipv4_prefix {
    __u32 prefixlen;            /* Bits of 'addr' that count, 0 to 32. */
    ipv4_addr addr;
};

struct ipv6_prefix {
    __u32 prefixlen;            /* Bits of 'addr' that count, 0 to 128. */
    struct ipv6_addr addr;
};

/* Ethernet. */

struct eth_hdr {
    struct mac_addr dst;
    struct mac_addr src;
    __be16 type;                /* ETH_TYPE_*. */
};

#define ETH_TYPE_IPV4 0x0800
#define ETH_TYPE_ARP 0x0806
#define ETH_TYPE_VLAN 0x8100
#define ETH_TYPE_IPV6 0x86dd
#define ETH_TYPE_QINQ 0x88a8

/* VLAN tag, after the Ethernet type that announces it. */
struct vlan_hdr {
    __be16 tci;                 /* VLAN_VID_MASK, priority. */
    __be16 type;                /* Of what follows, as in 'eth_hdr'. */
};

#define VLAN_VID_MASK 0x0fff

/* IPv4. */

struct ipv4_hdr {
    __u8 ver_ihl;               /* Version, length in units of 4 bytes. */
    __u8 tos;
    __be16 tot_len;             /* Header and payload, bytes. */
    __be16 id;
    __be16 frag_off;            /* IPV4_DF, IPV4_MF, IPV4_OFFSET. */
    __u8 ttl;
    __u8 proto;                 /* IP_PROTO_*. */
    __be16 csum;
    ipv4_addr src;
    ipv4_addr dst;
};

#define IPV4_DF 0x4000
#define IPV4_MF 0x2000
#define IPV4_OFFSET 0x1fff      /* In units of 8 bytes. */

/* Length of an IPv4 header in bytes, 0 to 60 (valid ones are at least 20). */
#define IPV4_IHL(IP) (((IP)->ver_ihl & 0xf) * 4)

/* IPv6. */

struct ipv6_hdr {
    __be32 ver_tc_flow;         /* Version, traffic class, flow label. */
    __be16 payload_len;         /* Bytes after this header. */
    __u8 next_hdr;              /* IP_PROTO_*. */
    __u8 hop_limit;
    struct ipv6_addr src;
    struct ipv6_addr dst;
};

#define IP_PROTO_ICMP 1
#define IP_PROTO_TCP 6
#define IP_PROTO_UDP 17
#define IP_PROTO_ICMPV6 58

/* Transport. */

struct tcp_hdr {
    __be16 src;
    __be16 dst;
    __be32 seq;
    __be32 ack;
    __u8 data_ofs;              /* Header length in units of 4 bytes, << 4. */
    __u8 flags;                 /* TCP_*. */
    __be16 window;
    __be16 csum;
    __be16 urgent;
};

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10
#define TCP_URG 0x20
#define TCP_ECE 0x40
#define TCP_CWR 0x80

/* Length of a TCP header in bytes, 0 to 60 (valid ones are at least 20). */
#define TCP_HDR_LEN(TCP) (((TCP)->data_ofs >> 4) * 4)

struct udp_hdr {
    __be16 src;
    __be16 dst;
    __be16 len;                 /* Header and payload, bytes. */
    __be16 csum;
};

/* ICMP and ICMPv6. */
struct icmp_hdr {
    __u8 type;
    __u8 code;
    __be16 csum;
    __be32 rest;                /* Depends on 'type'. */
};

#endif /* oko/net.h */
