"""Random pipelines, once with ordinary matches and once with filter programs.

A pipeline is a few tables of random rules in two bridges, joined by a patch port, with groups, and
packets to send through it.  It is put into two pairs of bridges of one switch.  In the left pair,
rules match header fields as they always did.  In the right pair, some of the rules leave part of
that to a filter program that compares the same bits.  A rule with a program being a rule like any
other, all that one can see from outside must agree.
"""
