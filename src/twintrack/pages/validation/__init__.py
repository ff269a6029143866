"""The page on validation: what `twintrack validate` found, as claims, tables and figures."""
