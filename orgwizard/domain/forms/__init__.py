"""What is asked for: fields with their rules, the questions read off them, and the answers so far."""
