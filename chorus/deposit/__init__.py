"""How files leave: names in a folder, archives, days."""
