"""Equations as Python source for NumPy: nothing to compile, and a twin of the compiled engine.

`emit` writes the source of a model, `library` holds what it calls, `engine` steps through time.
"""
