"""Where worlds come from: draws of the prior, the posterior, tables of the user's.

What is simulated in them lives in `runs`, and how the posterior is made in `calibration`.
"""
