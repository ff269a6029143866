"""The sections of a strategy sheet, a module each."""
