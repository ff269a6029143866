"""Equations as scalar operations, compiled to vector instructions by LLVM."""
