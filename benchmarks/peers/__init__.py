"""What a user might pick instead, doing the same work. Each file has an environment of its own."""
