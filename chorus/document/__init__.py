"""The model of a document, and how its values are made."""
