"""Story figures: drawn as SVG when a page is made, with text as text, for three widths; no script needed.

Every figure is a function of a width. `story` draws it for wide, middle and narrow screens, and keeps its
title, its description with the numbers, and its table. Not here: where numbers come from, and what words say
of them.
"""
