"""What readers open: the report, the page on validation and the pages of the model, made from one kit.

Here: blocks, the words in all languages, the templates, and a folder for each kind of page. Not here: numbers
that are not computed for a page alone, figures of runs (`charts`), and what a user drags (`hands_on`).
"""
