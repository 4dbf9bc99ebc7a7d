"""What people read: text, pictures, files; from summaries only."""
