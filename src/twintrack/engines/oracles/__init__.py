"""Engines made of other people's programs: slow, one run at a time, and independent of all others."""
