"""What people read of each answer: tables, pictures, files, JSON."""
