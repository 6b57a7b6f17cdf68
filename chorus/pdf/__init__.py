"""PDFs: whether they can be read, in a process of their own, and what PDF/A-3 forbids in them."""
