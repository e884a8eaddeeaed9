"""Pictures, judgments and labels as users have them, read and checked."""
