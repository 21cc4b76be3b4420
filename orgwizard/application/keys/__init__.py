"""What can be done with the keys of an org once it exists: handed on, checked, moved, replaced, taken back."""
