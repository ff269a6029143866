"""What a user drags: sliders for levers and world with curves that follow, and the notebook that holds them.

Pages that are only read live in `pages`; a run's arithmetic lives below both.
"""
