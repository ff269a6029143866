"""Equations as operations on numbers: the graph, what makes it from typed equations, and forms of functions.

`lowering` makes a `graph` of a model; targets in other rooms make code of it. Nothing here knows a target.
"""
