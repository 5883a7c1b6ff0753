"""What measures; nothing here decides a test."""
