/* Branches past the end. */
/* expect: jump to instruction */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r0 = 0
        if r2 == 0 goto +32000
        exit
