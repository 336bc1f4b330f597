/* A pointer would leak out of the checksum. */
/* expect: argument 5 of csum_diff(): expected a number */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r5 = r1
        r1 = 0
        r2 = 0
        r3 = 0
        r4 = 0
        call 11
        exit
