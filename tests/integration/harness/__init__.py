"""What the integration tests share: packets, programs, and a small network."""
