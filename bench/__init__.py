"""How fast the engine is, beside other programs and beside the same equations as vectorised C.

What only measures lives here, and is in no wheel: peers, the C yardstick, models of others. Nothing of the
program imports it. `python -m bench --help`, or `make bench`.
"""
