"""The screens of the wizard, one per file, in the order of the steps."""
