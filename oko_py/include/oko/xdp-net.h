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

#ifndef OKO_XDP_NET_H
#define OKO_XDP_NET_H 1

/* Packet headers by Linux's names, for programs written for XDP: those that
 * <linux/if_ether.h> and its kin have.  Programs of the switch's own use
 * <oko/net.h>.
 *
 * Constants are enumerators, so that programs may define them again. */

#include "byteorder.h"
#include "types.h"

/* What Linux's headers, and those of the C library, would define again. */
#define _LINUX_TYPES_H 1
#define _LINUX_STDDEF_H 1
#define _LINUX_SWAB_H 1
#define _LINUX_BYTEORDER_LITTLE_ENDIAN_H 1
#define _ASM_X86_BYTEORDER_H 1
#define _LINUX_IF_ETHER_H 1
#define _LINUX_IF_VLAN_H_ 1
#define _LINUX_IF_PACKET_H 1
#define __LINUX_IF_PACKET_H 1
#define _LINUX_IF_ARP_H 1
#define _LINUX_IN_H 1
#define _LINUX_IN6_H 1
#define _LINUX_IP_H 1
#define _IPV6_H 1
#define _LINUX_TCP_H 1
#define _LINUX_UDP_H 1
#define _LINUX_ICMP_H 1
#define _LINUX_ICMPV6_H 1
#define _NETINET_IN_H 1
#define _ARPA_INET_H 1
#define __NET_ETHERNET_H 1
#define __NETINET_IF_ETHER_H 1

typedef __u16 __le16;
typedef __u32 __le32;
typedef __u64 __le64;
typedef __u16 __sum16;
typedef __u32 __wsum;

#define bpf_cpu_to_be16(X) bpf_htons(X)
#define bpf_cpu_to_be32(X) bpf_htonl(X)
#define bpf_cpu_to_be64(X) bpf_htonll(X)
#define bpf_be16_to_cpu(X) bpf_ntohs(X)
#define bpf_be32_to_cpu(X) bpf_ntohl(X)
#define bpf_be64_to_cpu(X) bpf_ntohll(X)
#ifndef htons
#define htons(X) bpf_htons(X)
#define htonl(X) bpf_htonl(X)
#define ntohs(X) bpf_ntohs(X)
#define ntohl(X) bpf_ntohl(X)
#endif
#ifndef __constant_htons
#define __constant_htons(X) bpf_htons(X)
#define __constant_htonl(X) bpf_htonl(X)
#define __constant_ntohs(X) bpf_ntohs(X)
#define __constant_ntohl(X) bpf_ntohl(X)
#endif
#ifndef __cpu_to_be16
#define __cpu_to_be16(X) bpf_htons(X)
#define __cpu_to_be32(X) bpf_htonl(X)
#define __cpu_to_be64(X) bpf_htonll(X)
#define __be16_to_cpu(X) bpf_ntohs(X)
#define __be32_to_cpu(X) bpf_ntohl(X)
#define __be64_to_cpu(X) bpf_ntohll(X)
#endif

/* Ethernet. */

enum {
    ETH_ALEN = 6,
    ETH_HLEN = 14,
    ETH_ZLEN = 60,
    ETH_DATA_LEN = 1500,
    ETH_FRAME_LEN = 1514,

    ETH_P_802_3_MIN = 0x0600,
    ETH_P_IP = 0x0800,
    ETH_P_ARP = 0x0806,
    ETH_P_RARP = 0x8035,
    ETH_P_8021Q = 0x8100,
    ETH_P_IPV6 = 0x86dd,
    ETH_P_MPLS_UC = 0x8847,
    ETH_P_MPLS_MC = 0x8848,
    ETH_P_PPP_DISC = 0x8863,
    ETH_P_PPP_SES = 0x8864,
    ETH_P_PAE = 0x888e,
    ETH_P_8021AD = 0x88a8,
    ETH_P_LLDP = 0x88cc,
    ETH_P_1588 = 0x88f7,
};

struct ethhdr {
    unsigned char h_dest[ETH_ALEN];
    unsigned char h_source[ETH_ALEN];
    __be16 h_proto;
} __attribute__((packed));

struct arphdr {
    __be16 ar_hrd;
    __be16 ar_pro;
    unsigned char ar_hln;
    unsigned char ar_pln;
    __be16 ar_op;
};

enum {
    ARPHRD_ETHER = 1,
    ARPOP_REQUEST = 1,
    ARPOP_REPLY = 2,
};

/* Protocols over IP. */

enum {
    IPPROTO_IP = 0,
    IPPROTO_HOPOPTS = 0,
    IPPROTO_ICMP = 1,
    IPPROTO_IGMP = 2,
    IPPROTO_IPIP = 4,
    IPPROTO_TCP = 6,
    IPPROTO_EGP = 8,
    IPPROTO_UDP = 17,
    IPPROTO_DCCP = 33,
    IPPROTO_IPV6 = 41,
    IPPROTO_ROUTING = 43,
    IPPROTO_FRAGMENT = 44,
    IPPROTO_GRE = 47,
    IPPROTO_ESP = 50,
    IPPROTO_AH = 51,
    IPPROTO_ICMPV6 = 58,
    IPPROTO_NONE = 59,
    IPPROTO_DSTOPTS = 60,
    IPPROTO_SCTP = 132,
    IPPROTO_MH = 135,
    IPPROTO_UDPLITE = 136,
    IPPROTO_MPLS = 137,
    IPPROTO_RAW = 255,

    AF_UNSPEC = 0,
    AF_INET = 2,
    AF_INET6 = 10,
};

struct in_addr {
    __be32 s_addr;
};

struct in6_addr {
    union {
        __u8 u6_addr8[16];
        __be16 u6_addr16[8];
        __be32 u6_addr32[4];
    } in6_u;
};
#define s6_addr in6_u.u6_addr8
#define s6_addr16 in6_u.u6_addr16
#define s6_addr32 in6_u.u6_addr32

/* Bits of bytes, from the lowest, on machines where the first bit field is
 * that: BPF's is of the machine that runs it. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OKO_HALVES__(LOW, HIGH) __u8 LOW : 4, HIGH : 4
#else
#define OKO_HALVES__(LOW, HIGH) __u8 HIGH : 4, LOW : 4
#endif

struct iphdr {
    OKO_HALVES__(ihl, version);
    __u8 tos;
    __be16 tot_len;
    __be16 id;
    __be16 frag_off;
    __u8 ttl;
    __u8 protocol;
    __sum16 check;
    union {
        struct {
            __be32 saddr;
            __be32 daddr;
        };
        struct {
            __be32 saddr;
            __be32 daddr;
        } addrs;
    };
};

enum {
    IP_DF = 0x4000,
    IP_MF = 0x2000,
    IP_OFFSET = 0x1fff,
    IPVERSION = 4,
};

struct ipv6hdr {
    OKO_HALVES__(priority, version);
    __u8 flow_lbl[3];
    __be16 payload_len;
    __u8 nexthdr;
    __u8 hop_limit;
    union {
        struct {
            struct in6_addr saddr;
            struct in6_addr daddr;
        };
        struct {
            struct in6_addr saddr;
            struct in6_addr daddr;
        } addrs;
    };
};

/* What the extension headers of IPv6 begin with. */
struct ipv6_opt_hdr {
    __u8 nexthdr;
    __u8 hdrlen;                /* In units of 8 bytes, less one. */
};

/* Transport. */

struct tcphdr {
    __be16 source;
    __be16 dest;
    __be32 seq;
    __be32 ack_seq;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    __u16 res1 : 4, doff : 4, fin : 1, syn : 1, rst : 1, psh : 1, ack : 1,
          urg : 1, ece : 1, cwr : 1;
#else
    __u16 doff : 4, res1 : 4, cwr : 1, ece : 1, urg : 1, ack : 1, psh : 1,
          rst : 1, syn : 1, fin : 1;
#endif
    __be16 window;
    __sum16 check;
    __be16 urg_ptr;
};

struct udphdr {
    __be16 source;
    __be16 dest;
    __be16 len;
    __sum16 check;
};

struct icmphdr {
    __u8 type;
    __u8 code;
    __sum16 checksum;
    union {
        struct {
            __be16 id;
            __be16 sequence;
        } echo;
        __be32 gateway;
        struct {
            __be16 __unused;
            __be16 mtu;
        } frag;
        __u8 reserved[4];
    } un;
};

enum {
    ICMP_ECHOREPLY = 0,
    ICMP_DEST_UNREACH = 3,
    ICMP_REDIRECT = 5,
    ICMP_ECHO = 8,
    ICMP_TIME_EXCEEDED = 11,
    ICMP_PARAMETERPROB = 12,
    ICMP_PORT_UNREACH = 3,
    ICMP_FRAG_NEEDED = 4,
};

struct icmp6hdr {
    __u8 icmp6_type;
    __u8 icmp6_code;
    __sum16 icmp6_cksum;
    union {
        __be32 un_data32[1];
        __be16 un_data16[2];
        __u8 un_data8[4];
        struct {
            __be16 identifier;
            __be16 sequence;
        } u_echo;
    } icmp6_dataun;
};
#define icmp6_identifier icmp6_dataun.u_echo.identifier
#define icmp6_sequence icmp6_dataun.u_echo.sequence
#define icmp6_mtu icmp6_dataun.un_data32[0]

enum {
    ICMPV6_DEST_UNREACH = 1,
    ICMPV6_PKT_TOOBIG = 2,
    ICMPV6_TIME_EXCEED = 3,
    ICMPV6_PARAMPROB = 4,
    ICMPV6_ECHO_REQUEST = 128,
    ICMPV6_ECHO_REPLY = 129,
};

#endif /* oko/xdp-net.h */
