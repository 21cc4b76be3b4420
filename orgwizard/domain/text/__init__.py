"""Text for a person's eyes: made safe to draw, and worded."""
