"""Whether everything in the model is felt: constants, levers, mechanisms.

What something moves is told in spreads: by how much an outcome differs, over how far it is spread between
worlds. What moves nothing by a visible part of that could be left out of the model, and nobody would notice.
Names of levers, constants and outcomes are those of the model's tables. `python -m question.felt` prints it.
"""
