"""What an invoice says: the model of a document, and how its values are made."""
