"""What is kept on disk: the journal of attempts, drafts, profiles, and the stores for new keys."""
