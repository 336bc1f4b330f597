/* Helpers without arguments. */
        .text
        .globl  entry
        .type   entry, @function
entry:
        call 5
        r6 = r0
        call 8
        r0 += r6
        exit
