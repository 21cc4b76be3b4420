"""Plan files: their text from wherever it comes, read into a draft, and written from one."""
