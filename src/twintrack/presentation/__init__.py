"""What readers see: figures, the report page, the notebook."""
