/* A helper writes to constants. */
/* expect: can only be read */
        .text
        .globl  entry
        .type   entry, @function
entry:
        r2 = table ll
        r1 = 0
        r3 = 4
        call 9
        r0 = 0
        exit

        .section .rodata, "a", @progbits
        .type   table, @object
table:  .quad   0, 0
        .size   table, 16
