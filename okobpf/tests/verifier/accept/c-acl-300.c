/* An access list of 300 rules. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 42 || pkt[12] != 8 || pkt[13]) {
        return 0;
    }
    __u32 src = *(const __u32 *) (pkt + 26);
    __u32 dst = *(const __u32 *) (pkt + 30);
    __u16 dport = *(const __u16 *) (pkt + 36);
    __u8 proto = pkt[23];

    if ((src & 0xffff) == 0xd) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1efc && dst == 0x19919 && proto == 6 && dport == 0x1f) {
        return 1;
    }
    if ((src & 0xffffff) == 0x3deb && proto == 6 && dport == 0x3e) {
        return 0;
    }
    if ((src & 0xffff) == 0x5cda && dst == 0x4cb4b && proto == 6 && dport == 0x5d) {
        return 1;
    }
    if ((src & 0xffffff) == 0x7bc9 && proto == 17 && dport == 0x7c) {
        return 0;
    }
    if ((src & 0xffffff) == 0x9ab8 && dst == 0x7fd7d) {
        return 1;
    }
    if ((src & 0xffff) == 0xb9a7 && proto == 6 && dport == 0xba) {
        return 0;
    }
    if ((src & 0xffffff) == 0xd896 && dst == 0xb2faf && proto == 6 && dport == 0xd9) {
        return 1;
    }
    if ((src & 0xffffff) == 0xf785 && proto == 17 && dport == 0xf8) {
        return 0;
    }
    if ((src & 0xffff) == 0x1674 && dst == 0xe61e1 && proto == 6 && dport == 0x117) {
        return 1;
    }
    if ((src & 0xffffff) == 0x13563) {
        return 0;
    }
    if ((src & 0xffffff) == 0x15452 && dst == 0x119413 && proto == 6 && dport == 0x155) {
        return 1;
    }
    if ((src & 0xffff) == 0x7341 && proto == 17 && dport == 0x174) {
        return 0;
    }
    if ((src & 0xffffff) == 0x19230 && dst == 0x14c645 && proto == 6 && dport == 0x193) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1b11f && proto == 6 && dport == 0x1b2) {
        return 0;
    }
    if ((src & 0xffff) == 0xd00e && dst == 0x17f877) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1eefd && proto == 17 && dport == 0x1f0) {
        return 0;
    }
    if ((src & 0xffffff) == 0x20dec && dst == 0x1b2aa9 && proto == 6 && dport == 0x20f) {
        return 1;
    }
    if ((src & 0xffff) == 0x2cdb && proto == 6 && dport == 0x22e) {
        return 0;
    }
    if ((src & 0xffffff) == 0x24bca && dst == 0x1e5cdb && proto == 6 && dport == 0x24d) {
        return 1;
    }
    if ((src & 0xffffff) == 0x26ab9) {
        return 0;
    }
    if ((src & 0xffff) == 0x89a8 && dst == 0x218f0d && proto == 6 && dport == 0x28b) {
        return 1;
    }
    if ((src & 0xffffff) == 0x2a897 && proto == 6 && dport == 0x2aa) {
        return 0;
    }
    if ((src & 0xffffff) == 0x2c786 && dst == 0x24c13f && proto == 6 && dport == 0x2c9) {
        return 1;
    }
    if ((src & 0xffff) == 0xe675 && proto == 17 && dport == 0x2e8) {
        return 0;
    }
    if ((src & 0xffffff) == 0x30564 && dst == 0x27f371) {
        return 1;
    }
    if ((src & 0xffffff) == 0x32453 && proto == 6 && dport == 0x326) {
        return 0;
    }
    if ((src & 0xffff) == 0x4342 && dst == 0x2b25a3 && proto == 6 && dport == 0x345) {
        return 1;
    }
    if ((src & 0xffffff) == 0x36231 && proto == 17 && dport == 0x364) {
        return 0;
    }
    if ((src & 0xffffff) == 0x38120 && dst == 0x2e57d5 && proto == 6 && dport == 0x383) {
        return 1;
    }
    if ((src & 0xffff) == 0xa00f) {
        return 0;
    }
    if ((src & 0xffffff) == 0x3befe && dst == 0x318a07 && proto == 6 && dport == 0x3c1) {
        return 1;
    }
    if ((src & 0xffffff) == 0x3dded && proto == 17 && dport == 0x3e0) {
        return 0;
    }
    if ((src & 0xffff) == 0xfcdc && dst == 0x34bc39 && proto == 6 && dport == 0x3ff) {
        return 1;
    }
    if ((src & 0xffffff) == 0x41bcb && proto == 6 && dport == 0x41e) {
        return 0;
    }
    if ((src & 0xffffff) == 0x43aba && dst == 0x37ee6b) {
        return 1;
    }
    if ((src & 0xffff) == 0x59a9 && proto == 17 && dport == 0x45c) {
        return 0;
    }
    if ((src & 0xffffff) == 0x47898 && dst == 0x3b209d && proto == 6 && dport == 0x47b) {
        return 1;
    }
    if ((src & 0xffffff) == 0x49787 && proto == 6 && dport == 0x49a) {
        return 0;
    }
    if ((src & 0xffff) == 0xb676 && dst == 0x3e52cf && proto == 6 && dport == 0x4b9) {
        return 1;
    }
    if ((src & 0xffffff) == 0x4d565) {
        return 0;
    }
    if ((src & 0xffffff) == 0x4f454 && dst == 0x418501 && proto == 6 && dport == 0x4f7) {
        return 1;
    }
    if ((src & 0xffff) == 0x1343 && proto == 6 && dport == 0x516) {
        return 0;
    }
    if ((src & 0xffffff) == 0x53232 && dst == 0x44b733 && proto == 6 && dport == 0x535) {
        return 1;
    }
    if ((src & 0xffffff) == 0x55121 && proto == 17 && dport == 0x554) {
        return 0;
    }
    if ((src & 0xffff) == 0x7010 && dst == 0x47e965) {
        return 1;
    }
    if ((src & 0xffffff) == 0x58eff && proto == 6 && dport == 0x592) {
        return 0;
    }
    if ((src & 0xffffff) == 0x5adee && dst == 0x4b1b97 && proto == 6 && dport == 0x5b1) {
        return 1;
    }
    if ((src & 0xffff) == 0xccdd && proto == 17 && dport == 0x5d0) {
        return 0;
    }
    if ((src & 0xffffff) == 0x5ebcc && dst == 0x4e4dc9 && proto == 6 && dport == 0x5ef) {
        return 1;
    }
    if ((src & 0xffffff) == 0x60abb) {
        return 0;
    }
    if ((src & 0xffff) == 0x29aa && dst == 0x517ffb && proto == 6 && dport == 0x62d) {
        return 1;
    }
    if ((src & 0xffffff) == 0x64899 && proto == 17 && dport == 0x64c) {
        return 0;
    }
    if ((src & 0xffffff) == 0x66788 && dst == 0x54b22d && proto == 6 && dport == 0x66b) {
        return 1;
    }
    if ((src & 0xffff) == 0x8677 && proto == 6 && dport == 0x68a) {
        return 0;
    }
    if ((src & 0xffffff) == 0x6a566 && dst == 0x57e45f) {
        return 1;
    }
    if ((src & 0xffffff) == 0x6c455 && proto == 17 && dport == 0x6c8) {
        return 0;
    }
    if ((src & 0xffff) == 0xe344 && dst == 0x5b1691 && proto == 6 && dport == 0x6e7) {
        return 1;
    }
    if ((src & 0xffffff) == 0x70233 && proto == 6 && dport == 0x706) {
        return 0;
    }
    if ((src & 0xffffff) == 0x72122 && dst == 0x5e48c3 && proto == 6 && dport == 0x725) {
        return 1;
    }
    if ((src & 0xffff) == 0x4011) {
        return 0;
    }
    if ((src & 0xffffff) == 0x75f00 && dst == 0x617af5 && proto == 6 && dport == 0x763) {
        return 1;
    }
    if ((src & 0xffffff) == 0x77def && proto == 6 && dport == 0x782) {
        return 0;
    }
    if ((src & 0xffff) == 0x9cde && dst == 0x64ad27 && proto == 6 && dport == 0x7a1) {
        return 1;
    }
    if ((src & 0xffffff) == 0x7bbcd && proto == 17 && dport == 0x7c0) {
        return 0;
    }
    if ((src & 0xffffff) == 0x7dabc && dst == 0x67df59) {
        return 1;
    }
    if ((src & 0xffff) == 0xf9ab && proto == 6 && dport == 0x7fe) {
        return 0;
    }
    if ((src & 0xffffff) == 0x8189a && dst == 0x6b118b && proto == 6 && dport == 0x81d) {
        return 1;
    }
    if ((src & 0xffffff) == 0x83789 && proto == 17 && dport == 0x83c) {
        return 0;
    }
    if ((src & 0xffff) == 0x5678 && dst == 0x6e43bd && proto == 6 && dport == 0x85b) {
        return 1;
    }
    if ((src & 0xffffff) == 0x87567) {
        return 0;
    }
    if ((src & 0xffffff) == 0x89456 && dst == 0x7175ef && proto == 6 && dport == 0x899) {
        return 1;
    }
    if ((src & 0xffff) == 0xb345 && proto == 17 && dport == 0x8b8) {
        return 0;
    }
    if ((src & 0xffffff) == 0x8d234 && dst == 0x74a821 && proto == 6 && dport == 0x8d7) {
        return 1;
    }
    if ((src & 0xffffff) == 0x8f123 && proto == 6 && dport == 0x8f6) {
        return 0;
    }
    if ((src & 0xffff) == 0x1012 && dst == 0x77da53) {
        return 1;
    }
    if ((src & 0xffffff) == 0x92f01 && proto == 17 && dport == 0x934) {
        return 0;
    }
    if ((src & 0xffffff) == 0x94df0 && dst == 0x7b0c85 && proto == 6 && dport == 0x953) {
        return 1;
    }
    if ((src & 0xffff) == 0x6cdf && proto == 6 && dport == 0x972) {
        return 0;
    }
    if ((src & 0xffffff) == 0x98bce && dst == 0x7e3eb7 && proto == 6 && dport == 0x991) {
        return 1;
    }
    if ((src & 0xffffff) == 0x9aabd) {
        return 0;
    }
    if ((src & 0xffff) == 0xc9ac && dst == 0x8170e9 && proto == 6 && dport == 0x9cf) {
        return 1;
    }
    if ((src & 0xffffff) == 0x9e89b && proto == 6 && dport == 0x9ee) {
        return 0;
    }
    if ((src & 0xffffff) == 0xa078a && dst == 0x84a31b && proto == 6 && dport == 0xa0d) {
        return 1;
    }
    if ((src & 0xffff) == 0x2679 && proto == 17 && dport == 0xa2c) {
        return 0;
    }
    if ((src & 0xffffff) == 0xa4568 && dst == 0x87d54d) {
        return 1;
    }
    if ((src & 0xffffff) == 0xa6457 && proto == 6 && dport == 0xa6a) {
        return 0;
    }
    if ((src & 0xffff) == 0x8346 && dst == 0x8b077f && proto == 6 && dport == 0xa89) {
        return 1;
    }
    if ((src & 0xffffff) == 0xaa235 && proto == 17 && dport == 0xaa8) {
        return 0;
    }
    if ((src & 0xffffff) == 0xac124 && dst == 0x8e39b1 && proto == 6 && dport == 0xac7) {
        return 1;
    }
    if ((src & 0xffff) == 0xe013) {
        return 0;
    }
    if ((src & 0xffffff) == 0xaff02 && dst == 0x916be3 && proto == 6 && dport == 0xb05) {
        return 1;
    }
    if ((src & 0xffffff) == 0xb1df1 && proto == 17 && dport == 0xb24) {
        return 0;
    }
    if ((src & 0xffff) == 0x3ce0 && dst == 0x949e15 && proto == 6 && dport == 0xb43) {
        return 1;
    }
    if ((src & 0xffffff) == 0xb5bcf && proto == 6 && dport == 0xb62) {
        return 0;
    }
    if ((src & 0xffffff) == 0xb7abe && dst == 0x97d047) {
        return 1;
    }
    if ((src & 0xffff) == 0x99ad && proto == 17 && dport == 0xba0) {
        return 0;
    }
    if ((src & 0xffffff) == 0xbb89c && dst == 0x9b0279 && proto == 6 && dport == 0xbbf) {
        return 1;
    }
    if ((src & 0xffffff) == 0xbd78b && proto == 6 && dport == 0xbde) {
        return 0;
    }
    if ((src & 0xffff) == 0xf67a && dst == 0x9e34ab && proto == 6 && dport == 0xbfd) {
        return 1;
    }
    if ((src & 0xffffff) == 0xc1569) {
        return 0;
    }
    if ((src & 0xffffff) == 0xc3458 && dst == 0xa166dd && proto == 6 && dport == 0xc3b) {
        return 1;
    }
    if ((src & 0xffff) == 0x5347 && proto == 6 && dport == 0xc5a) {
        return 0;
    }
    if ((src & 0xffffff) == 0xc7236 && dst == 0xa4990f && proto == 6 && dport == 0xc79) {
        return 1;
    }
    if ((src & 0xffffff) == 0xc9125 && proto == 17 && dport == 0xc98) {
        return 0;
    }
    if ((src & 0xffff) == 0xb014 && dst == 0xa7cb41) {
        return 1;
    }
    if ((src & 0xffffff) == 0xccf03 && proto == 6 && dport == 0xcd6) {
        return 0;
    }
    if ((src & 0xffffff) == 0xcedf2 && dst == 0xaafd73 && proto == 6 && dport == 0xcf5) {
        return 1;
    }
    if ((src & 0xffff) == 0xce1 && proto == 17 && dport == 0xd14) {
        return 0;
    }
    if ((src & 0xffffff) == 0xd2bd0 && dst == 0xae2fa5 && proto == 6 && dport == 0xd33) {
        return 1;
    }
    if ((src & 0xffffff) == 0xd4abf) {
        return 0;
    }
    if ((src & 0xffff) == 0x69ae && dst == 0xb161d7 && proto == 6 && dport == 0xd71) {
        return 1;
    }
    if ((src & 0xffffff) == 0xd889d && proto == 17 && dport == 0xd90) {
        return 0;
    }
    if ((src & 0xffffff) == 0xda78c && dst == 0xb49409 && proto == 6 && dport == 0xdaf) {
        return 1;
    }
    if ((src & 0xffff) == 0xc67b && proto == 6 && dport == 0xdce) {
        return 0;
    }
    if ((src & 0xffffff) == 0xde56a && dst == 0xb7c63b) {
        return 1;
    }
    if ((src & 0xffffff) == 0xe0459 && proto == 17 && dport == 0xe0c) {
        return 0;
    }
    if ((src & 0xffff) == 0x2348 && dst == 0xbaf86d && proto == 6 && dport == 0xe2b) {
        return 1;
    }
    if ((src & 0xffffff) == 0xe4237 && proto == 6 && dport == 0xe4a) {
        return 0;
    }
    if ((src & 0xffffff) == 0xe6126 && dst == 0xbe2a9f && proto == 6 && dport == 0xe69) {
        return 1;
    }
    if ((src & 0xffff) == 0x8015) {
        return 0;
    }
    if ((src & 0xffffff) == 0xe9f04 && dst == 0xc15cd1 && proto == 6 && dport == 0xea7) {
        return 1;
    }
    if ((src & 0xffffff) == 0xebdf3 && proto == 6 && dport == 0xec6) {
        return 0;
    }
    if ((src & 0xffff) == 0xdce2 && dst == 0xc48f03 && proto == 6 && dport == 0xee5) {
        return 1;
    }
    if ((src & 0xffffff) == 0xefbd1 && proto == 17 && dport == 0xf04) {
        return 0;
    }
    if ((src & 0xffffff) == 0xf1ac0 && dst == 0xc7c135) {
        return 1;
    }
    if ((src & 0xffff) == 0x39af && proto == 6 && dport == 0xf42) {
        return 0;
    }
    if ((src & 0xffffff) == 0xf589e && dst == 0xcaf367 && proto == 6 && dport == 0xf61) {
        return 1;
    }
    if ((src & 0xffffff) == 0xf778d && proto == 17 && dport == 0xf80) {
        return 0;
    }
    if ((src & 0xffff) == 0x967c && dst == 0xce2599 && proto == 6 && dport == 0xf9f) {
        return 1;
    }
    if ((src & 0xffffff) == 0xfb56b) {
        return 0;
    }
    if ((src & 0xffffff) == 0xfd45a && dst == 0xd157cb && proto == 6 && dport == 0xfdd) {
        return 1;
    }
    if ((src & 0xffff) == 0xf349 && proto == 17 && dport == 0xffc) {
        return 0;
    }
    if ((src & 0xffffff) == 0x101238 && dst == 0xd489fd && proto == 6 && dport == 0x101b) {
        return 1;
    }
    if ((src & 0xffffff) == 0x103127 && proto == 6 && dport == 0x103a) {
        return 0;
    }
    if ((src & 0xffff) == 0x5016 && dst == 0xd7bc2f) {
        return 1;
    }
    if ((src & 0xffffff) == 0x106f05 && proto == 17 && dport == 0x1078) {
        return 0;
    }
    if ((src & 0xffffff) == 0x108df4 && dst == 0xdaee61 && proto == 6 && dport == 0x1097) {
        return 1;
    }
    if ((src & 0xffff) == 0xace3 && proto == 6 && dport == 0x10b6) {
        return 0;
    }
    if ((src & 0xffffff) == 0x10cbd2 && dst == 0xde2093 && proto == 6 && dport == 0x10d5) {
        return 1;
    }
    if ((src & 0xffffff) == 0x10eac1) {
        return 0;
    }
    if ((src & 0xffff) == 0x9b0 && dst == 0xe152c5 && proto == 6 && dport == 0x1113) {
        return 1;
    }
    if ((src & 0xffffff) == 0x11289f && proto == 6 && dport == 0x1132) {
        return 0;
    }
    if ((src & 0xffffff) == 0x11478e && dst == 0xe484f7 && proto == 6 && dport == 0x1151) {
        return 1;
    }
    if ((src & 0xffff) == 0x667d && proto == 17 && dport == 0x1170) {
        return 0;
    }
    if ((src & 0xffffff) == 0x11856c && dst == 0xe7b729) {
        return 1;
    }
    if ((src & 0xffffff) == 0x11a45b && proto == 6 && dport == 0x11ae) {
        return 0;
    }
    if ((src & 0xffff) == 0xc34a && dst == 0xeae95b && proto == 6 && dport == 0x11cd) {
        return 1;
    }
    if ((src & 0xffffff) == 0x11e239 && proto == 17 && dport == 0x11ec) {
        return 0;
    }
    if ((src & 0xffffff) == 0x120128 && dst == 0xee1b8d && proto == 6 && dport == 0x120b) {
        return 1;
    }
    if ((src & 0xffff) == 0x2017) {
        return 0;
    }
    if ((src & 0xffffff) == 0x123f06 && dst == 0xf14dbf && proto == 6 && dport == 0x1249) {
        return 1;
    }
    if ((src & 0xffffff) == 0x125df5 && proto == 17 && dport == 0x1268) {
        return 0;
    }
    if ((src & 0xffff) == 0x7ce4 && dst == 0xf47ff1 && proto == 6 && dport == 0x1287) {
        return 1;
    }
    if ((src & 0xffffff) == 0x129bd3 && proto == 6 && dport == 0x12a6) {
        return 0;
    }
    if ((src & 0xffffff) == 0x12bac2 && dst == 0xf7b223) {
        return 1;
    }
    if ((src & 0xffff) == 0xd9b1 && proto == 17 && dport == 0x12e4) {
        return 0;
    }
    if ((src & 0xffffff) == 0x12f8a0 && dst == 0xfae455 && proto == 6 && dport == 0x1303) {
        return 1;
    }
    if ((src & 0xffffff) == 0x13178f && proto == 6 && dport == 0x1322) {
        return 0;
    }
    if ((src & 0xffff) == 0x367e && dst == 0xfe1687 && proto == 6 && dport == 0x1341) {
        return 1;
    }
    if ((src & 0xffffff) == 0x13556d) {
        return 0;
    }
    if ((src & 0xffffff) == 0x13745c && dst == 0x10148b9 && proto == 6 && dport == 0x137f) {
        return 1;
    }
    if ((src & 0xffff) == 0x934b && proto == 6 && dport == 0x139e) {
        return 0;
    }
    if ((src & 0xffffff) == 0x13b23a && dst == 0x1047aeb && proto == 6 && dport == 0x13bd) {
        return 1;
    }
    if ((src & 0xffffff) == 0x13d129 && proto == 17 && dport == 0x13dc) {
        return 0;
    }
    if ((src & 0xffff) == 0xf018 && dst == 0x107ad1d) {
        return 1;
    }
    if ((src & 0xffffff) == 0x140f07 && proto == 6 && dport == 0x141a) {
        return 0;
    }
    if ((src & 0xffffff) == 0x142df6 && dst == 0x10adf4f && proto == 6 && dport == 0x1439) {
        return 1;
    }
    if ((src & 0xffff) == 0x4ce5 && proto == 17 && dport == 0x1458) {
        return 0;
    }
    if ((src & 0xffffff) == 0x146bd4 && dst == 0x10e1181 && proto == 6 && dport == 0x1477) {
        return 1;
    }
    if ((src & 0xffffff) == 0x148ac3) {
        return 0;
    }
    if ((src & 0xffff) == 0xa9b2 && dst == 0x11143b3 && proto == 6 && dport == 0x14b5) {
        return 1;
    }
    if ((src & 0xffffff) == 0x14c8a1 && proto == 17 && dport == 0x14d4) {
        return 0;
    }
    if ((src & 0xffffff) == 0x14e790 && dst == 0x11475e5 && proto == 6 && dport == 0x14f3) {
        return 1;
    }
    if ((src & 0xffff) == 0x67f && proto == 6 && dport == 0x1512) {
        return 0;
    }
    if ((src & 0xffffff) == 0x15256e && dst == 0x117a817) {
        return 1;
    }
    if ((src & 0xffffff) == 0x15445d && proto == 17 && dport == 0x1550) {
        return 0;
    }
    if ((src & 0xffff) == 0x634c && dst == 0x11ada49 && proto == 6 && dport == 0x156f) {
        return 1;
    }
    if ((src & 0xffffff) == 0x15823b && proto == 6 && dport == 0x158e) {
        return 0;
    }
    if ((src & 0xffffff) == 0x15a12a && dst == 0x11e0c7b && proto == 6 && dport == 0x15ad) {
        return 1;
    }
    if ((src & 0xffff) == 0xc019) {
        return 0;
    }
    if ((src & 0xffffff) == 0x15df08 && dst == 0x1213ead && proto == 6 && dport == 0x15eb) {
        return 1;
    }
    if ((src & 0xffffff) == 0x15fdf7 && proto == 6 && dport == 0x160a) {
        return 0;
    }
    if ((src & 0xffff) == 0x1ce6 && dst == 0x12470df && proto == 6 && dport == 0x1629) {
        return 1;
    }
    if ((src & 0xffffff) == 0x163bd5 && proto == 17 && dport == 0x1648) {
        return 0;
    }
    if ((src & 0xffffff) == 0x165ac4 && dst == 0x127a311) {
        return 1;
    }
    if ((src & 0xffff) == 0x79b3 && proto == 6 && dport == 0x1686) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1698a2 && dst == 0x12ad543 && proto == 6 && dport == 0x16a5) {
        return 1;
    }
    if ((src & 0xffffff) == 0x16b791 && proto == 17 && dport == 0x16c4) {
        return 0;
    }
    if ((src & 0xffff) == 0xd680 && dst == 0x12e0775 && proto == 6 && dport == 0x16e3) {
        return 1;
    }
    if ((src & 0xffffff) == 0x16f56f) {
        return 0;
    }
    if ((src & 0xffffff) == 0x17145e && dst == 0x13139a7 && proto == 6 && dport == 0x1721) {
        return 1;
    }
    if ((src & 0xffff) == 0x334d && proto == 17 && dport == 0x1740) {
        return 0;
    }
    if ((src & 0xffffff) == 0x17523c && dst == 0x1346bd9 && proto == 6 && dport == 0x175f) {
        return 1;
    }
    if ((src & 0xffffff) == 0x17712b && proto == 6 && dport == 0x177e) {
        return 0;
    }
    if ((src & 0xffff) == 0x901a && dst == 0x1379e0b) {
        return 1;
    }
    if ((src & 0xffffff) == 0x17af09 && proto == 17 && dport == 0x17bc) {
        return 0;
    }
    if ((src & 0xffffff) == 0x17cdf8 && dst == 0x13ad03d && proto == 6 && dport == 0x17db) {
        return 1;
    }
    if ((src & 0xffff) == 0xece7 && proto == 6 && dport == 0x17fa) {
        return 0;
    }
    if ((src & 0xffffff) == 0x180bd6 && dst == 0x13e026f && proto == 6 && dport == 0x1819) {
        return 1;
    }
    if ((src & 0xffffff) == 0x182ac5) {
        return 0;
    }
    if ((src & 0xffff) == 0x49b4 && dst == 0x14134a1 && proto == 6 && dport == 0x1857) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1868a3 && proto == 6 && dport == 0x1876) {
        return 0;
    }
    if ((src & 0xffffff) == 0x188792 && dst == 0x14466d3 && proto == 6 && dport == 0x1895) {
        return 1;
    }
    if ((src & 0xffff) == 0xa681 && proto == 17 && dport == 0x18b4) {
        return 0;
    }
    if ((src & 0xffffff) == 0x18c570 && dst == 0x1479905) {
        return 1;
    }
    if ((src & 0xffffff) == 0x18e45f && proto == 6 && dport == 0x18f2) {
        return 0;
    }
    if ((src & 0xffff) == 0x34e && dst == 0x14acb37 && proto == 6 && dport == 0x1911) {
        return 1;
    }
    if ((src & 0xffffff) == 0x19223d && proto == 17 && dport == 0x1930) {
        return 0;
    }
    if ((src & 0xffffff) == 0x19412c && dst == 0x14dfd69 && proto == 6 && dport == 0x194f) {
        return 1;
    }
    if ((src & 0xffff) == 0x601b) {
        return 0;
    }
    if ((src & 0xffffff) == 0x197f0a && dst == 0x1512f9b && proto == 6 && dport == 0x198d) {
        return 1;
    }
    if ((src & 0xffffff) == 0x199df9 && proto == 17 && dport == 0x19ac) {
        return 0;
    }
    if ((src & 0xffff) == 0xbce8 && dst == 0x15461cd && proto == 6 && dport == 0x19cb) {
        return 1;
    }
    if ((src & 0xffffff) == 0x19dbd7 && proto == 6 && dport == 0x19ea) {
        return 0;
    }
    if ((src & 0xffffff) == 0x19fac6 && dst == 0x15793ff) {
        return 1;
    }
    if ((src & 0xffff) == 0x19b5 && proto == 17 && dport == 0x1a28) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1a38a4 && dst == 0x15ac631 && proto == 6 && dport == 0x1a47) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1a5793 && proto == 6 && dport == 0x1a66) {
        return 0;
    }
    if ((src & 0xffff) == 0x7682 && dst == 0x15df863 && proto == 6 && dport == 0x1a85) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1a9571) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1ab460 && dst == 0x1612a95 && proto == 6 && dport == 0x1ac3) {
        return 1;
    }
    if ((src & 0xffff) == 0xd34f && proto == 6 && dport == 0x1ae2) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1af23e && dst == 0x1645cc7 && proto == 6 && dport == 0x1b01) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1b112d && proto == 17 && dport == 0x1b20) {
        return 0;
    }
    if ((src & 0xffff) == 0x301c && dst == 0x1678ef9) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1b4f0b && proto == 6 && dport == 0x1b5e) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1b6dfa && dst == 0x16ac12b && proto == 6 && dport == 0x1b7d) {
        return 1;
    }
    if ((src & 0xffff) == 0x8ce9 && proto == 17 && dport == 0x1b9c) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1babd8 && dst == 0x16df35d && proto == 6 && dport == 0x1bbb) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1bcac7) {
        return 0;
    }
    if ((src & 0xffff) == 0xe9b6 && dst == 0x171258f && proto == 6 && dport == 0x1bf9) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1c08a5 && proto == 17 && dport == 0x1c18) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1c2794 && dst == 0x17457c1 && proto == 6 && dport == 0x1c37) {
        return 1;
    }
    if ((src & 0xffff) == 0x4683 && proto == 6 && dport == 0x1c56) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1c6572 && dst == 0x17789f3) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1c8461 && proto == 17 && dport == 0x1c94) {
        return 0;
    }
    if ((src & 0xffff) == 0xa350 && dst == 0x17abc25 && proto == 6 && dport == 0x1cb3) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1cc23f && proto == 6 && dport == 0x1cd2) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1ce12e && dst == 0x17dee57 && proto == 6 && dport == 0x1cf1) {
        return 1;
    }
    if ((src & 0xffff) == 0x1d) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1d1f0c && dst == 0x1812089 && proto == 6 && dport == 0x1d2f) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1d3dfb && proto == 6 && dport == 0x1d4e) {
        return 0;
    }
    if ((src & 0xffff) == 0x5cea && dst == 0x18452bb && proto == 6 && dport == 0x1d6d) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1d7bd9 && proto == 17 && dport == 0x1d8c) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1d9ac8 && dst == 0x18784ed) {
        return 1;
    }
    if ((src & 0xffff) == 0xb9b7 && proto == 6 && dport == 0x1dca) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1dd8a6 && dst == 0x18ab71f && proto == 6 && dport == 0x1de9) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1df795 && proto == 17 && dport == 0x1e08) {
        return 0;
    }
    if ((src & 0xffff) == 0x1684 && dst == 0x18de951 && proto == 6 && dport == 0x1e27) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1e3573) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1e5462 && dst == 0x1911b83 && proto == 6 && dport == 0x1e65) {
        return 1;
    }
    if ((src & 0xffff) == 0x7351 && proto == 17 && dport == 0x1e84) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1e9240 && dst == 0x1944db5 && proto == 6 && dport == 0x1ea3) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1eb12f && proto == 6 && dport == 0x1ec2) {
        return 0;
    }
    if ((src & 0xffff) == 0xd01e && dst == 0x1977fe7) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1eef0d && proto == 17 && dport == 0x1f00) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1f0dfc && dst == 0x19ab219 && proto == 6 && dport == 0x1f1f) {
        return 1;
    }
    if ((src & 0xffff) == 0x2ceb && proto == 6 && dport == 0x1f3e) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1f4bda && dst == 0x19de44b && proto == 6 && dport == 0x1f5d) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1f6ac9) {
        return 0;
    }
    if ((src & 0xffff) == 0x89b8 && dst == 0x1a1167d && proto == 6 && dport == 0x1f9b) {
        return 1;
    }
    if ((src & 0xffffff) == 0x1fa8a7 && proto == 6 && dport == 0x1fba) {
        return 0;
    }
    if ((src & 0xffffff) == 0x1fc796 && dst == 0x1a448af && proto == 6 && dport == 0x1fd9) {
        return 1;
    }
    if ((src & 0xffff) == 0xe685 && proto == 17 && dport == 0x1ff8) {
        return 0;
    }
    if ((src & 0xffffff) == 0x200574 && dst == 0x1a77ae1) {
        return 1;
    }
    if ((src & 0xffffff) == 0x202463 && proto == 6 && dport == 0x2036) {
        return 0;
    }
    if ((src & 0xffff) == 0x4352 && dst == 0x1aaad13 && proto == 6 && dport == 0x2055) {
        return 1;
    }
    if ((src & 0xffffff) == 0x206241 && proto == 17 && dport == 0x2074) {
        return 0;
    }
    if ((src & 0xffffff) == 0x208130 && dst == 0x1addf45 && proto == 6 && dport == 0x2093) {
        return 1;
    }
    if ((src & 0xffff) == 0xa01f) {
        return 0;
    }
    if ((src & 0xffffff) == 0x20bf0e && dst == 0x1b11177 && proto == 6 && dport == 0x20d1) {
        return 1;
    }
    if ((src & 0xffffff) == 0x20ddfd && proto == 17 && dport == 0x20f0) {
        return 0;
    }
    if ((src & 0xffff) == 0xfcec && dst == 0x1b443a9 && proto == 6 && dport == 0x210f) {
        return 1;
    }
    if ((src & 0xffffff) == 0x211bdb && proto == 6 && dport == 0x212e) {
        return 0;
    }
    if ((src & 0xffffff) == 0x213aca && dst == 0x1b775db) {
        return 1;
    }
    if ((src & 0xffff) == 0x59b9 && proto == 17 && dport == 0x216c) {
        return 0;
    }
    if ((src & 0xffffff) == 0x2178a8 && dst == 0x1baa80d && proto == 6 && dport == 0x218b) {
        return 1;
    }
    if ((src & 0xffffff) == 0x219797 && proto == 6 && dport == 0x21aa) {
        return 0;
    }
    if ((src & 0xffff) == 0xb686 && dst == 0x1bdda3f && proto == 6 && dport == 0x21c9) {
        return 1;
    }
    if ((src & 0xffffff) == 0x21d575) {
        return 0;
    }
    if ((src & 0xffffff) == 0x21f464 && dst == 0x1c10c71 && proto == 6 && dport == 0x2207) {
        return 1;
    }
    if ((src & 0xffff) == 0x1353 && proto == 6 && dport == 0x2226) {
        return 0;
    }
    if ((src & 0xffffff) == 0x223242 && dst == 0x1c43ea3 && proto == 6 && dport == 0x2245) {
        return 1;
    }
    if ((src & 0xffffff) == 0x225131 && proto == 17 && dport == 0x2264) {
        return 0;
    }
    if ((src & 0xffff) == 0x7020 && dst == 0x1c770d5) {
        return 1;
    }
    if ((src & 0xffffff) == 0x228f0f && proto == 6 && dport == 0x22a2) {
        return 0;
    }
    if ((src & 0xffffff) == 0x22adfe && dst == 0x1caa307 && proto == 6 && dport == 0x22c1) {
        return 1;
    }
    if ((src & 0xffff) == 0xcced && proto == 17 && dport == 0x22e0) {
        return 0;
    }
    if ((src & 0xffffff) == 0x22ebdc && dst == 0x1cdd539 && proto == 6 && dport == 0x22ff) {
        return 1;
    }
    if ((src & 0xffffff) == 0x230acb) {
        return 0;
    }
    if ((src & 0xffff) == 0x29ba && dst == 0x1d1076b && proto == 6 && dport == 0x233d) {
        return 1;
    }
    if ((src & 0xffffff) == 0x2348a9 && proto == 17 && dport == 0x235c) {
        return 0;
    }
    if ((src & 0xffffff) == 0x236798 && dst == 0x1d4399d && proto == 6 && dport == 0x237b) {
        return 1;
    }
    if ((src & 0xffff) == 0x8687 && proto == 6 && dport == 0x239a) {
        return 0;
    }
    if ((src & 0xffffff) == 0x23a576 && dst == 0x1d76bcf) {
        return 1;
    }
    if ((src & 0xffffff) == 0x23c465 && proto == 17 && dport == 0x23d8) {
        return 0;
    }
    if ((src & 0xffff) == 0xe354 && dst == 0x1da9e01 && proto == 6 && dport == 0x23f7) {
        return 1;
    }
    if ((src & 0xffffff) == 0x240243 && proto == 6 && dport == 0x2416) {
        return 0;
    }
    if ((src & 0xffffff) == 0x242132 && dst == 0x1ddd033 && proto == 6 && dport == 0x2435) {
        return 1;
    }
    return 0;
}
