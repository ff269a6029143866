"""The pages of the model: a book of its sectors with diagrams, equations and sources."""
