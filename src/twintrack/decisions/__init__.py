"""What results mean: contests and robustness across worlds, and what stands behind a name.

Nothing is drawn or printed here; that is done in `pages` and `cli`.
"""
