"""The rules of routing, pure: no clock, no I/O, the same answer every time."""
