"""Confidence in the model: how it stands against history and against the tests of the field."""
