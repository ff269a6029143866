"""Measuring the engine against other programs and against the same equations as vectorised C."""
