"""Plans without questions: create, check and resume for scripts."""
