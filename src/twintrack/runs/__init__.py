"""Runs: strategies under scenarios in one world or in many, kept in memory or in a folder.

Which worlds there are is said in `worlds`; what follows from results is worked out in `decisions`.
"""
