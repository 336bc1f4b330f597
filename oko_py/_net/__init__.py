"""Connections to switches: where they are, and what is said over them."""
